using System.Runtime.CompilerServices;
using Pool.Actors.Cluster.Coordination;

namespace Pool.Testing;

/// <summary>One node's way to a store that several nodes of a test share, and that this node can be cut off from.</summary>
public sealed class FaultyCoordinator(InProcessCoordinator store) : ICoordinator
{
    private readonly Lock _changing = new();
    private TaskCompletionSource? _cutOff;
    private int _answersToLose;

    /// <summary>What the next to follow gets instead of a view, as only by a bug; null for nothing.</summary>
    public Exception? FollowersFault { get; set; }

    /// <summary>The commits that throw, as only by a bug; null for none.</summary>
    public Func<Commit, bool>? Throws { get; set; }

    /// <summary>False while the node is cut off: it reads nothing, commits nothing, hears of nothing, and renews no lease.</summary>
    public bool IsReachable
    {
        get
        {
            lock (_changing)
            {
                return _cutOff is null;
            }
        }
    }

    /// <summary>Cuts the node off.</summary>
    public void CutOff()
    {
        lock (_changing)
        {
            _cutOff ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Lets it reach the store again.</summary>
    public void Reconnect()
    {
        TaskCompletionSource? cutOff;
        lock (_changing)
        {
            (cutOff, _cutOff) = (_cutOff, null);
        }

        cutOff?.SetResult();
    }

    /// <summary>Lets the next commits be made, but the node be told that nothing is known of them.</summary>
    public void LoseAnswers(int commits)
    {
        lock (_changing)
        {
            _answersToLose = commits;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<CoordinationView?> ReadAsync(string prefix, CancellationToken cancel) =>
        IsReachable ? await store.ReadAsync(prefix, cancel) : null;

    /// <inheritdoc/>
    public async ValueTask<CommitResult> CommitAsync(Commit commit, CancellationToken cancel)
    {
        if (!IsReachable)
        {
            return CommitResult.Unavailable;
        }

        if (Throws?.Invoke(commit) == true)
        {
            throw new InvalidCastException();
        }

        var result = await store.CommitAsync(commit, cancel);
        return LosesAnswer() ? CommitResult.Unknown : result;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<CoordinationView> FollowAsync(string prefix, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (FollowersFault is { } fault)
        {
            FollowersFault = null;
            throw fault;
        }

        await foreach (var view in store.FollowAsync(prefix, cancel))
        {
            while (WhileCutOff() is { } cutOff)
            {
                await cutOff.WaitAsync(cancel);
            }

            yield return view;
        }
    }

    /// <inheritdoc/>
    public ValueTask<ICoordinationLease?> GrantAsync(TimeSpan timeToLive, CancellationToken cancel) =>
        ValueTask.FromResult(IsReachable ? store.Grant(timeToLive, () => IsReachable) : null);

    /// <summary>Leaves the store, which is the test's.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private bool LosesAnswer()
    {
        lock (_changing)
        {
            return _answersToLose > 0 && _answersToLose-- > 0;
        }
    }

    private Task? WhileCutOff()
    {
        lock (_changing)
        {
            return _cutOff?.Task;
        }
    }
}
