using System.Collections.Immutable;

namespace Pool.Actors.Cluster.Membership;

/// <summary>The members of a cluster at one moment. Immutable; a later one has a higher version.</summary>
/// <param name="Version">Grows with every change.</param>
/// <param name="Members">The members by name.</param>
public sealed record ClusterView(long Version, ImmutableSortedDictionary<string, Member> Members)
{
    /// <summary>Nobody, before the first view.</summary>
    public static ClusterView Empty { get; } = new(0, ImmutableSortedDictionary<string, Member>.Empty.WithComparers(StringComparer.Ordinal));

    /// <summary>The member that owns the slot, or null.</summary>
    public Member? OwnerOf(int slot)
    {
        foreach (var member in Members.Values)
        {
            if (member.Slot == slot)
            {
                return member;
            }
        }

        return null;
    }
}
