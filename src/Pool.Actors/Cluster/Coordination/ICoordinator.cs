namespace Pool.Actors.Cluster.Coordination;

/// <summary>
/// What a cluster agrees in: a small key-value store with compare-and-swap transactions, leases and a way to follow changes. One node
/// alone has its own in memory, a cluster has etcd. Thread-safe. Never throws for what a network or a store does, but for
/// <see cref="OperationCanceledException"/>.
/// </summary>
public interface ICoordinator : IAsyncDisposable
{
    /// <summary>Reads all entries whose keys begin with <paramref name="prefix"/>, as of one moment, from the store's leader; null while it cannot be reached.</summary>
    ValueTask<CoordinationView?> ReadAsync(string prefix, CancellationToken cancel);

    /// <summary>
    /// Makes all changes of a commit, or none. <see cref="CommitResult.Unknown"/> means that the store may have made them all the same: read
    /// before anything is tried again.
    /// </summary>
    ValueTask<CommitResult> CommitAsync(Commit commit, CancellationToken cancel);

    /// <summary>
    /// Follows the entries below a prefix: first as they are, then anew after each change, each view newer than the one before. Changes in
    /// quick succession may be one view. A store that cannot be reached is waited for; what is followed is read as a whole from time to
    /// time, so that a lost notification costs time and not truth. Ends with <paramref name="cancel"/> alone.
    /// </summary>
    IAsyncEnumerable<CoordinationView> FollowAsync(string prefix, CancellationToken cancel);

    /// <summary>
    /// Begins a lease that is renewed on a thread of its own until it is revoked or lost; null while the store cannot be reached. Entries put
    /// under it go with it.
    /// </summary>
    /// <param name="timeToLive">How long it lives without a renewal; whole seconds, at least 2.</param>
    /// <param name="cancel">Ends the attempt.</param>
    ValueTask<ICoordinationLease?> GrantAsync(TimeSpan timeToLive, CancellationToken cancel);
}
