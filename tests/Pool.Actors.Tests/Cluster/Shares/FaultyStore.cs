using Pool.Actors.Cluster.Coordination;

namespace Pool.Actors.Tests.Cluster.Shares;

/// <summary>A store whose answers get lost now and then: what was to be changed was changed, or not, or comes later.</summary>
internal sealed class FaultyStore(ICoordinator store, Random random) : ICoordinator
{
    private readonly Lock _drawing = new();
    private Commit? _late;

    public async ValueTask<CoordinationView?> ReadAsync(string prefix, CancellationToken cancel) =>
        Draw(20) == 0 ? null : await store.ReadAsync(prefix, cancel);

    public async ValueTask<CommitResult> CommitAsync(Commit commit, CancellationToken cancel)
    {
        if (Draw(3) == 0 && Interlocked.Exchange(ref _late, null) is { } late)
        {
            await store.CommitAsync(late, cancel);
        }

        switch (Draw(12))
        {
            case 0:
                return CommitResult.Unavailable;
            case 1:
                return CommitResult.Unknown;
            case 2:
                await store.CommitAsync(commit, cancel);
                return CommitResult.Unknown;
            case 3:
                _late = commit;
                return CommitResult.Unknown;
            default:
                return await store.CommitAsync(commit, cancel);
        }
    }

    public IAsyncEnumerable<CoordinationView> FollowAsync(string prefix, CancellationToken cancel) => store.FollowAsync(prefix, cancel);

    public ValueTask<ICoordinationLease?> GrantAsync(TimeSpan timeToLive, CancellationToken cancel) => store.GrantAsync(timeToLive, cancel);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private int Draw(int below)
    {
        lock (_drawing)
        {
            return random.Next(below);
        }
    }
}
