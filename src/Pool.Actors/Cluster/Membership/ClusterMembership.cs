using Microsoft.Extensions.Logging;
using Pool.Actors.Cluster.Coordination;

namespace Pool.Actors.Cluster.Membership;

/// <summary>
/// A node's membership: joins, follows who else is there, and when it was lost joins again as another incarnation, under its own slot
/// unless somebody else has that by then. Thread-safe.
/// </summary>
public sealed class ClusterMembership : IMembership, IAsyncDisposable
{
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_lastRetry = TimeSpan.FromSeconds(2);

    private readonly ICoordinator _coordinator;
    private readonly ClusterKeys _keys;
    private readonly Joining _joining;
    private readonly PublishedView _published;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Held while this node changes what the store says of it.</summary>
    private readonly SemaphoreSlim _acting = new(1);
    private readonly CancellationTokenSource _stop = new();
    private volatile MemberLife? _life;
    private volatile Member? _last;
    private volatile MemberRole _role;
    private string? _problem;
    private long _leaseId;
    private Task _following = Task.CompletedTask;

    /// <summary>A node that has not joined yet.</summary>
    public ClusterMembership(ICoordinator coordinator, MembershipOptions options, TimeProvider time, Random random, ILogger logger)
    {
        (_coordinator, _time, _logger) = (coordinator, time, logger);
        Cluster = options.Cluster;
        _keys = new ClusterKeys(options.Cluster);
        _published = new PublishedView(options.Cluster, options.Name, logger);
        _joining = new Joining(coordinator, _keys, options, time, random);
    }

    /// <inheritdoc/>
    public event Action<ClusterView, ClusterView> Changed
    {
        add => _published.Changed += value;
        remove => _published.Changed -= value;
    }

    /// <inheritdoc/>
    public string Cluster { get; }

    /// <inheritdoc/>
    public Member Self => _last ?? throw new InvalidOperationException("the node has not joined yet");

    /// <inheritdoc/>
    public ClusterView View => _published.Current;

    /// <inheritdoc/>
    public long LeaseId => Volatile.Read(ref _leaseId);

    /// <inheritdoc/>
    public bool IsProven => _life?.Lease.IsProven == true;

    /// <summary>Tries once to join. After it has succeeded the node stays a member, or becomes one again, until it leaves.</summary>
    public async Task<JoinResult> JoinAsync(CancellationToken cancel)
    {
        var result = await TryJoinAsync(cancel);
        if (result.Outcome == JoinOutcome.Joined)
        {
            _following = StayAsync();
        }

        return result;
    }

    /// <summary>
    /// Tells the others what the node does from now on, and tries until they have been told. False if it is not a member at the moment: it
    /// tells them when it is again. Of several calls at once each tells what was said last.
    /// </summary>
    public async Task<bool> SetRoleAsync(MemberRole role, CancellationToken cancel)
    {
        _role = role;
        for (var pause = s_firstRetry; ; pause = Longer(pause))
        {
            switch (await TryTellRoleAsync(cancel))
            {
                case CommitResult.Done:
                    return true;
                case CommitResult.Conflict:
                    return false;
                default:
                    await Task.Delay(pause, _time, cancel);
                    break;
            }
        }
    }

    /// <summary>
    /// Leaves: the others see at once that the node is gone, and its slot begins to rest. If the store cannot be reached they see it when
    /// the lease has expired.
    /// </summary>
    public async Task LeaveAsync(CancellationToken cancel)
    {
        await _stop.CancelAsync();
        await _following;
        await _acting.WaitAsync(cancel);
        try
        {
            if (_life is { } life)
            {
                await _joining.EndAsync(life, cancel);
                await EndAsync(life);
                MembershipLog.Left(_logger, Cluster);
            }
        }
        finally
        {
            _acting.Release();
        }
    }

    /// <summary>Stops without leaving in order: the lease is revoked.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _following;
        if (_life is { } life)
        {
            await EndAsync(life);
        }
    }

    private async Task<JoinResult> TryJoinAsync(CancellationToken cancel)
    {
        await _acting.WaitAsync(cancel);
        try
        {
            var (life, found, result) = await _joining.TryAsync(_role, _last, cancel);
            if (life is null)
            {
                Note(result);
                return result;
            }

            _problem = null;
            Volatile.Write(ref _leaseId, life.Lease.Id);
            (_last, _life) = (life.Self, life);
            MembershipLog.Joined(_logger, Cluster, life.Self.Name, life.Self.Incarnation, life.Self.Slot, found!.Members.Count);
            _published.Publish(found);
            return result;
        }
        finally
        {
            _acting.Release();
        }
    }

    private async Task<CommitResult> TryTellRoleAsync(CancellationToken cancel)
    {
        await _acting.WaitAsync(cancel);
        try
        {
            if (_life is not { } life)
            {
                return CommitResult.Conflict;
            }

            var changed = life.Self with { Role = _role };
            var result = await _joining.ChangeAsync(life, changed, cancel);
            if (result == CommitResult.Done)
            {
                _last = changed;
                Interlocked.CompareExchange(ref _life, life with { Self = changed }, life);
            }

            return result;
        }
        finally
        {
            _acting.Release();
        }
    }

    // The one flow that changes the view, and ends lives, while the node runs.
    private async Task StayAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await LiveAsync();
            }
            catch (Exception exception)
            {
                MembershipLog.Unexpected(_logger, exception, Cluster, "being a member");
                await Task.Delay(s_firstRetry, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Stays until the node is lost, and then joins again.</summary>
    private async Task LiveAsync()
    {
        if (_life is { } life)
        {
            await FollowAsync(life);
            if (_stop.IsCancellationRequested)
            {
                return;
            }

            MembershipLog.Lost(_logger, Cluster);
            await EndAsync(life);
            _published.RemoveSelf();
        }

        await RejoinAsync();
    }

    /// <summary>Follows the members until this node is none of them any more.</summary>
    private async Task FollowAsync(MemberLife life)
    {
        using var alive = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, life.Lease.Lost);
        try
        {
            await foreach (var view in _coordinator.FollowAsync(_keys.Members, alive.Token))
            {
                var roster = new Roster(view, _keys);
                if (!roster.Members.TryGetValue(life.Self.Name, out var self) || self.Incarnation != life.Self.Incarnation)
                {
                    return;
                }

                _published.Publish(roster);
            }
        }
        catch (OperationCanceledException)
        {
            // Lost, or stopped.
        }
    }

    private async Task RejoinAsync()
    {
        try
        {
            for (var pause = s_firstRetry; (await TryJoinAsync(_stop.Token)).Outcome != JoinOutcome.Joined; pause = Longer(pause))
            {
                await Task.Delay(pause, _time, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task EndAsync(MemberLife life)
    {
        _life = null;
        await life.Lease.DisposeAsync();
    }

    // What is tried again and again is told once.
    private void Note(JoinResult result)
    {
        if (result.Problem != _problem)
        {
            MembershipLog.NotJoined(_logger, Cluster, _problem = result.Problem);
        }
    }

    private static TimeSpan Longer(TimeSpan pause) => pause * 2 > s_lastRetry ? s_lastRetry : pause * 2;
}
