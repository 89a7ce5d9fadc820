namespace Pool.Actors.Cluster.Membership;

/// <summary>What changed from one view to another. A node that has begun another life is both gone and new.</summary>
/// <param name="Joined">Members that were not there, or not in this life.</param>
/// <param name="Gone">Members that are not there any more, or not in this life.</param>
/// <param name="Changed">Members as they are now, of which something else is different, such as their role.</param>
public sealed record ClusterDifference(IReadOnlyList<Member> Joined, IReadOnlyList<Member> Gone, IReadOnlyList<Member> Changed)
{
    /// <summary>Compares two views.</summary>
    public static ClusterDifference Between(ClusterView before, ClusterView after) => new(
        [.. after.Members.Values.Where(m => SameLife(before, m) is null)],
        [.. before.Members.Values.Where(m => SameLife(after, m) is null)],
        [.. after.Members.Values.Where(m => SameLife(before, m) is { } old && old != m)]);

    /// <summary>True if nothing has changed.</summary>
    public bool IsEmpty => Joined.Count + Gone.Count + Changed.Count == 0;

    private static Member? SameLife(ClusterView view, Member member) =>
        view.Members.TryGetValue(member.Name, out var other) && other.Incarnation == member.Incarnation ? other : null;
}
