using Microsoft.Extensions.Logging;
using Pool.Actors.Cluster.Coordination;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Pooling;

namespace Pool.Actors.Cluster.Shares;

/// <summary>
/// Keeps one pool at this node's share of its backend: takes what its clients need of what is free, gives back what others need more
/// once the server has ended the connections, and makes free what lost nodes had. One flow; only what says so may be called from
/// elsewhere.
/// <para>
/// The pool is never allowed more than the ledger says. It is allowed less first, and the ledger follows; it is allowed more when the
/// ledger has followed. Whatever the answer to a change was, the store is read before the next.
/// </para>
/// </summary>
public sealed class ShareKeeper : IAsyncDisposable
{
    private readonly ShareOptions _options;
    private readonly BackendPool _pool;
    private readonly IMembership _membership;
    private readonly ICoordinator _coordinator;
    private readonly ThreadRegister _register;
    private readonly ShareKeys _keys;
    private readonly ServerSurvey _server;
    private readonly ShareDemand _demand;
    private readonly UserShares _users;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _granted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Pulse _pulse;
    private int _ceiling = int.MaxValue;
    private ShareLife? _life;
    private ShareView? _view;

    /// <summary>The revision of the ledger that a change was made for whose answer was lost: it may still come, until the ledger is another one.</summary>
    private long _doubt;
    private ShareSnapshot _snapshot;
    private volatile bool _isStale;
    private Task _running = Task.CompletedTask;

    /// <summary>Makes the keeper of a pool, which has no share until it is given one.</summary>
    /// <param name="options">What the node is configured with.</param>
    /// <param name="pool">The pool; its connector asks <paramref name="register"/>.</param>
    /// <param name="register">The gate of the pool's connects.</param>
    /// <param name="membership">This node's membership.</param>
    /// <param name="coordinator">The store.</param>
    /// <param name="time">The clock and timers.</param>
    /// <param name="logger">Where it tells.</param>
    public ShareKeeper(
        ShareOptions options,
        BackendPool pool,
        ThreadRegister register,
        IMembership membership,
        ICoordinator coordinator,
        TimeProvider time,
        ILogger logger)
    {
        (_options, _pool, _register, _membership, _coordinator) = (options, pool, register, membership, coordinator);
        (_time, _logger) = (time, logger);
        _keys = new ShareKeys(membership.Cluster, options.Backend);
        _server = new ServerSurvey(pool.ControlAsync, options.Users, time);
        _demand = new ShareDemand(options.Cap, options.Cap - ShareLedger.KeptPlaces, time);
        _users = new UserShares(pool, membership, options.Backend, time, logger);
        _snapshot = new ShareSnapshot(options.Cap, 0, 0, -1, null);
        pool.Resize(0);
        _users.Reset();
        _pulse = new Pulse(StepAsync, NoteUnexpected, time);
        pool.Quotas.Missed = _pulse.Wake;
    }

    /// <summary>What is counted. From any thread.</summary>
    public ShareMetrics Metrics { get; } = new();

    /// <summary>How things stand. From any thread.</summary>
    public ShareSnapshot Snapshot => Volatile.Read(ref _snapshot);

    /// <summary>The most that the node goes for, whatever its clients need: what an operator wants. From any thread.</summary>
    public int Ceiling
    {
        get => Volatile.Read(ref _ceiling);
        set
        {
            Volatile.Write(ref _ceiling, Math.Max(value, ShareDemand.FloorOf(_pool.Options)));
            _pulse.Wake();
        }
    }

    /// <summary>
    /// Takes note of the server's users that the pool logs in as from now on, before it does: whose connections are counted as the pool's, together with
    /// those of all users that it had before. From any thread.
    /// </summary>
    public void Know(IEnumerable<string> users) => _server.Know(users);

    /// <summary>Completes when the node has its first share that is of use. From any thread.</summary>
    public Task Granted => _granted.Task;

    /// <summary>Begins.</summary>
    public void Start() => _running = Task.WhenAll(_pulse.RunAsync(_stop.Token), FollowAsync());

    /// <summary>
    /// Takes the node out of the ledger, once its pool has ended: what was not seen to end stays its share until a survivor has made
    /// sure.
    /// </summary>
    public async Task LeaveAsync(CancellationToken cancel)
    {
        await DisposeAsync();
        _pool.Resize(0);
        while (_life is { } life && !await life.TryLeaveAsync(_pool, _users, cancel))
        {
            await Task.Delay(Pulse.Period, _time, cancel);
        }
    }

    /// <summary>Stops: the share stays as it is.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _register.End();
        if (_life is { } life)
        {
            await life.EndAsync();
        }
    }

    /// <summary>Looks once, and does what is to be done. For <see cref="Start"/> and for tests.</summary>
    internal async Task StepAsync(CancellationToken cancel)
    {
        await FollowMembershipAsync();
        if (_life is not { } life || !_membership.IsProven)
        {
            return;
        }

        if (_isStale || _view is null)
        {
            _isStale = false;
            _view = await life.Store.ReadAsync(cancel);
        }

        if (_view is { } view && await BeginAsync(life, view, cancel))
        {
            await ActAsync(life, view, cancel);
        }

        if (life.Revision != 0 && _view is { } unchanged && await _users.KeepAsync(life.Store, unchanged, cancel) is { } result)
        {
            Note(result);
        }
    }

    private async Task FollowAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await foreach (var _ in _coordinator.FollowAsync(_keys.Followed, _stop.Token))
                {
                    _isStale = true;
                    _pulse.Wake();
                }
            }
            catch (OperationCanceledException)
            {
                // Stopped.
            }
            catch (Exception exception)
            {
                ShareLog.Unexpected(_logger, exception, _options.Backend, "following the shares");
            }

            await Task.Delay(Pulse.Period, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void NoteUnexpected(Exception exception)
    {
        ShareLog.Unexpected(_logger, exception, _options.Backend, "keeping a share");
        _view = null;
    }

    /// <summary>After a loss the node is somebody else.</summary>
    private async Task FollowMembershipAsync()
    {
        if (_life?.Store.Self != _membership.Self.Incarnation)
        {
            await RenewAsync();
        }
    }

    /// <summary>
    /// Another life follows the one before, if there was any. What that had opened counts as its own until it has ended; survivors see to that, and
    /// all of it is replaced.
    /// </summary>
    private async Task RenewAsync()
    {
        if (_life is { } before)
        {
            _register.End();
            await before.EndAsync();
            Metrics.Lost.Increment();
            ShareLog.LifeLost(_logger, _options.Backend);
            _pool.RetireGeneration("lease lost");
            _pool.Resize(0);
            _users.Reset();
        }

        var store = new ShareStore(_coordinator, _keys, _membership.Self.Incarnation, _membership.LeaseId);
        var reclaim = new Reclaim(store, _server, _options.Backend, Metrics, _time, _logger);
        _life = new ShareLife(
            store, reclaim, new Survey(_options, _pool, store, _server, _time, _logger),
            exception => ShareLog.Unexpected(_logger, exception, _options.Backend, "looking after the lost"), _time);
        _view = null;
        Show(0, 0, -1, null);
    }

    /// <summary>
    /// Makes sure that the life is in the store, on which everything depends; false if it is not there yet. One that is not there any more, though the
    /// node is a member, was deleted by somebody, and most likely more than that: what is left is not what the node has opened under it.
    /// </summary>
    private async Task<bool> BeginAsync(ShareLife life, ShareView view, CancellationToken cancel)
    {
        var revision = view.LifeOf(life.Store.Self);
        if (life.Revision != 0 && revision != life.Revision)
        {
            await RenewAsync();
            return false;
        }

        if (revision == 0)
        {
            Note(await life.Store.BeginLifeAsync(cancel));
            return false;
        }

        if (life.Revision == 0)
        {
            life.Revision = revision;
            _register.Begin(life.Store.Self, revision);
        }

        return true;
    }

    private async Task ActAsync(ShareLife life, ShareView view, CancellationToken cancel)
    {
        if (view.IsUnreadable)
        {
            Refuse("the ledger of shares in the store cannot be read: it is of another release, or not of Pool");
            return;
        }

        if (await life.Survey.StepAsync(view, cancel) is { } change)
        {
            Note(change);
        }

        if (life.Survey.IsEnding || view.Ledger is not { } ledger)
        {
            return;
        }

        life.LookAfterTheLost(view, ledger);
        if (ledger.Cap == _options.Cap)
        {
            await KeepAsync(life, view, ledger, cancel);
        }
        else if (ledger.Holders.IsEmpty)
        {
            Note(await life.Store.ReplaceAsync(view, ledger.WithCap(_options.Cap), endsSurvey: false, cancel));
        }
        else
        {
            Refuse($"MaxConnections is {_options.Cap} here and {ledger.Cap} in the cluster; all nodes must have the same");
        }
    }

    /// <summary>Brings share, pool and ledger one step nearer to what is due.</summary>
    private async Task KeepAsync(ShareLife life, ShareView view, ShareLedger ledger, CancellationToken cancel)
    {
        var self = life.Store.Self;
        var pool = _pool.Snapshot();
        var share = ledger.Find(self)?.Share ?? 0;
        var ceiling = Ceiling;
        var wanted = Math.Min(_demand.Look(ShareDemand.NeededBy(pool, _pool.Options), ShareDemand.FloorOf(_pool.Options), share), ceiling);
        var next = ledger.Find(self) is null ? ledger.Join(_membership.Self.Name, self, wanted) : ledger.Set(self, share, wanted);
        var target = Math.Min(SharePolicy.Next(next, self, view.Lives, _demand.IsIdle), ceiling);
        var isInDoubt = view.LedgerRevision == _doubt;
        var allowed = Math.Max(Math.Min(target, share), view.Surveyor == self ? ShareLedger.KeptPlaces : 0);
        Allow(isInDoubt ? Math.Min(allowed, pool.Max) : allowed, pool.Max);
        Show(share, wanted, ledger.Free, null);

        // What is to be given back is given as the server ends connections.
        target = target < share ? Math.Min(share, Math.Max(target, _pool.Covered)) : target;
        next = next.Set(self, target, wanted);
        if (ReferenceEquals(next, ledger) && !isInDoubt)
        {
            return;
        }

        next = ReferenceEquals(next, ledger) ? ledger.Touched() : next;
        var endsSurvey = view.Surveyor == self && target > 0;
        var result = Note(await life.Store.ReplaceAsync(view, next, endsSurvey, cancel));
        _doubt = result == CommitResult.Unknown ? view.LedgerRevision : _doubt;
        if (result == CommitResult.Done && target > share)
        {
            Metrics.Taken.Add(target - share);
            Allow(target, pool.Max);
        }
        else if (result == CommitResult.Done)
        {
            Metrics.GivenBack.Add(share - target);
        }

        if (result == CommitResult.Done)
        {
            Show(target, wanted, next.Free, null);
            ShareLog.Changed(_logger, _options.Backend, target, _options.Cap, wanted);
        }
    }

    private void Allow(int share, int now)
    {
        if (share != now)
        {
            _pool.Resize(share);
        }

        if (share >= ShareDemand.FloorOf(_pool.Options))
        {
            _granted.TrySetResult();
        }
    }

    private void Refuse(string why)
    {
        if (Snapshot.Refusal != why)
        {
            ShareLog.Refused(_logger, _options.Backend, why);
        }

        Show(0, 0, -1, why);
    }

    private void Show(int share, int wanted, int free, string? refusal) =>
        Volatile.Write(ref _snapshot, new ShareSnapshot(_options.Cap, share, wanted, free, refusal));

    /// <summary>Takes note of a change: what the store says is read anew before anything else is done.</summary>
    private CommitResult Note(CommitResult result)
    {
        Metrics.Commits[result.ToString()].Increment();
        _view = null;
        if (result is CommitResult.Done or CommitResult.Conflict)
        {
            _pulse.Wake();
        }

        return result;
    }
}
