namespace Pool.Actors.Cluster.Membership;

/// <summary>
/// Who had a slot last. The slot is in use while there is a member of this incarnation; since an incarnation that is gone never comes
/// back, whoever has seen that it is gone can claim the slot by changing the record that it saw.
/// </summary>
/// <param name="V">The version of the record.</param>
/// <param name="Node">The node's name, for display.</param>
/// <param name="Incarnation">Which life of it.</param>
/// <param name="FreedAt">Since when it rests at the least, by some node's clock; null if nobody has seen it free.</param>
internal sealed record SlotRecord(int V, string Node, Incarnation Incarnation, DateTimeOffset? FreedAt = null)
{
    /// <summary>A record that cannot be read: its slot is never given away.</summary>
    public static SlotRecord Unreadable { get; } = new(0, "", default);
}
