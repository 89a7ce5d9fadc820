namespace Pool.Actors.Cluster.Membership;

/// <summary>This node's membership in its cluster. Thread-safe.</summary>
public interface IMembership
{
    /// <summary>The cluster's name.</summary>
    string Cluster { get; }

    /// <summary>This node as the others see it.</summary>
    Member Self { get; }

    /// <summary>The latest view, this node included while it is a member.</summary>
    ClusterView View { get; }

    /// <summary>The number of the store's lease that this life of the node lasts as long as.</summary>
    long LeaseId { get; }

    /// <summary>
    /// True while nobody else can have begun to treat this node as lost: see <see cref="Coordination.ICoordinationLease.IsProven"/>. A
    /// backend connection may be opened only while this is true.
    /// </summary>
    bool IsProven { get; }

    /// <summary>
    /// Called with the view before and the one after each change, one call after the other, on the thread pool. Must not block for long.
    /// </summary>
    event Action<ClusterView, ClusterView> Changed;
}
