using Pool.Actors.Runtime;

namespace Pool.Actors.Cluster.Membership;

/// <summary>Which slot a node claims. Pure.</summary>
internal static class SlotChoice
{
    /// <summary>
    /// The slot that is wanted if it was nobody's or this node's own last; else any that was never used; else the one that has rested
    /// longest, if it has rested enough; else null.
    /// </summary>
    /// <param name="records">Who had which slot last.</param>
    /// <param name="alive">The incarnations of the members.</param>
    /// <param name="wanted">The slot to have if possible.</param>
    /// <param name="self">The last life of this node, whose slot need not rest.</param>
    /// <param name="restedSince">A slot that was freed after this is not given yet: neither is one whose time of freeing lies in the future.</param>
    /// <param name="random">Spreads nodes that join at once.</param>
    public static int? Choose(
        IReadOnlyDictionary<int, SlotRecord> records,
        IReadOnlySet<Incarnation> alive,
        int? wanted,
        Incarnation? self,
        DateTimeOffset restedSince,
        Random random)
    {
        if (wanted is { } slot && (!records.TryGetValue(slot, out var last) || last.Incarnation == self))
        {
            return slot;
        }

        var unused = Enumerable.Range(1, SessionId.MaxSlot).Where(s => !records.ContainsKey(s)).ToArray();
        if (unused.Length > 0)
        {
            return unused[random.Next(unused.Length)];
        }

        return records
            .Where(r => !alive.Contains(r.Value.Incarnation) && r.Value.FreedAt <= restedSince)
            .OrderBy(r => r.Value.FreedAt)
            .Select(r => (int?)r.Key)
            .FirstOrDefault();
    }
}
