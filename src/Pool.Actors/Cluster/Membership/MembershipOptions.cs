namespace Pool.Actors.Cluster.Membership;

/// <summary>What a node brings into its cluster.</summary>
public sealed record MembershipOptions
{
    /// <summary>The cluster's name.</summary>
    public required string Cluster { get; init; }

    /// <summary>The node's name, unique in the cluster.</summary>
    public required string Name { get; init; }

    /// <summary>Where other nodes reach it.</summary>
    public required string PeerAddress { get; init; }

    /// <summary>Where operators reach it, for display.</summary>
    public string? AdminAddress { get; init; }

    /// <summary>What all nodes of the cluster know; null for a node that is alone.</summary>
    public string? Secret { get; init; }

    /// <summary>A node that is not heard of for this long is lost. Whole seconds, at least 2.</summary>
    public TimeSpan LeaseTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The slot to have, unless it was another node's; null for any.</summary>
    public int? Slot { get; init; }

    /// <summary>
    /// For how long a slot is not given to another node after it was freed, so that a stale KILL hits nobody: longer than somebody
    /// needs who looks at a list of sessions and then kills one.
    /// </summary>
    public TimeSpan SlotRest { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The newest version of records and messages that it speaks.</summary>
    public int Protocol { get; init; } = ClusterProtocol.Current;

    /// <summary>The oldest version that it reads.</summary>
    public int OldestProtocol { get; init; } = ClusterProtocol.Oldest;

    /// <summary>The release that it runs, for display.</summary>
    public string Release { get; init; } = "";
}
