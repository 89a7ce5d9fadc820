using Pool.Actors.Cluster.Coordination;

namespace Pool.Actors.Tests.Cluster.Shares;

/// <summary>A store that loses the answer to one change, and the change itself until the test makes it.</summary>
internal sealed class LateStore(ICoordinator store) : ICoordinator
{
    private volatile Func<Commit, bool>? _holds;
    private volatile Commit? _held;

    /// <summary>What was held back.</summary>
    public Commit? Held => _held;

    /// <summary>The next such change is held back.</summary>
    public void HoldNext(Func<Commit, bool> holds) => _holds = holds;

    public ValueTask<CommitResult> CommitAsync(Commit commit, CancellationToken cancel)
    {
        if (_holds is not { } holds || !holds(commit))
        {
            return store.CommitAsync(commit, cancel);
        }

        (_holds, _held) = (null, commit);
        return ValueTask.FromResult(CommitResult.Unknown);
    }

    public ValueTask<CoordinationView?> ReadAsync(string prefix, CancellationToken cancel) => store.ReadAsync(prefix, cancel);

    public IAsyncEnumerable<CoordinationView> FollowAsync(string prefix, CancellationToken cancel) => store.FollowAsync(prefix, cancel);

    public ValueTask<ICoordinationLease?> GrantAsync(TimeSpan timeToLive, CancellationToken cancel) => store.GrantAsync(timeToLive, cancel);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
