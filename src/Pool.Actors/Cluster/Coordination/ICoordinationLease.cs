namespace Pool.Actors.Cluster.Coordination;

/// <summary>
/// A node's right to its entries, for as long as it is renewed. Disposing revokes it, if the store can be reached; else it expires.
/// Thread-safe.
/// </summary>
public interface ICoordinationLease : IAsyncDisposable
{
    /// <summary>The store's number of the lease, never 0.</summary>
    long Id { get; }

    /// <summary>
    /// True while it is certain that the store has not let the lease expire: less than the time to live, with a margin for clocks that run
    /// at different speeds, has passed on the monotonic clock since the last renewal that succeeded was <em>sent</em>. Nothing that needs
    /// the lease may be begun while this is false; it may become true again.
    /// </summary>
    bool IsProven { get; }

    /// <summary>Cancelled once the store has said that the lease is gone. It never comes back: a new one is a new incarnation.</summary>
    CancellationToken Lost { get; }

    /// <summary>Stops to renew without revoking: what a crash would do. For tests of faults.</summary>
    void Abandon();
}
