using Pool.Actors.Cluster.Membership;

namespace Pool.Actors.Cluster.Shares;

/// <summary>
/// Who of those who live is due how much: everybody what it wants as long as there is enough, and otherwise nobody more than another
/// unless that one has all that it wants. All nodes find the same in the same ledger, so they need not talk about it.
/// </summary>
public static class FairSplit
{
    /// <summary>What each living holder is due; together at most what the lost ones leave of the cap.</summary>
    public static IReadOnlyDictionary<Incarnation, int> Of(ShareLedger ledger, Func<Incarnation, bool> lives)
    {
        var living = ledger.Holders.Where(h => lives(h.Incarnation)).OrderBy(h => h.Wanted).ThenBy(h => h.Incarnation.Value).ToList();
        var left = ledger.Free + living.Sum(h => h.Share);
        var due = new Dictionary<Incarnation, int>();
        while (due.Count < living.Count && living[due.Count] is var next && next.Wanted <= left / (living.Count - due.Count))
        {
            due.Add(next.Incarnation, next.Wanted);
            left -= next.Wanted;
        }

        var others = living.Skip(due.Count).OrderBy(h => h.Turn).ThenByDescending(h => h.Wanted).ThenByDescending(h => h.Incarnation.Value).ToList();
        for (var i = 0; i < others.Count; i++)
        {
            due.Add(others[i].Incarnation, (left / others.Count) + (i < left % others.Count ? 1 : 0));
        }

        return due;
    }
}
