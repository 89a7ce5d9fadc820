using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Pool.Actors.Backends;
using Pool.Actors.Settings;
using Pool.Actors.Telemetry;
using Pool.Wire.Statements;

namespace Pool.Actors.Pooling;

/// <summary>
/// The connections to one backend: all accounts and settings, one cap, one line of waiters. Thread-safe. Sessions take and
/// return idle connections without locks; what is slow (connects, closes, resets) runs in the background.
/// </summary>
public sealed class BackendPool : IAsyncDisposable
{
    private static readonly TimeSpan s_shutdownPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_drainInterval = TimeSpan.FromMilliseconds(50);

    private readonly PoolState _state;
    private readonly ControlConnections _control;
    private readonly ConnectionCloser _closer;
    private readonly ConnectionOpener _opener;
    private readonly IdleConnections _idle;
    private readonly OwnPlace _ownPlace;
    private readonly Dispatcher _dispatcher;
    private readonly ConnectionResetter _resetter;
    private readonly Janitor _janitor;

    /// <summary>Makes a pool that holds nothing yet; see <see cref="StartAsync"/>.</summary>
    /// <param name="options">Its limits.</param>
    /// <param name="connector">How it connects.</param>
    /// <param name="fingerprints">The backend's fingerprints.</param>
    /// <param name="time">Its clock and timers.</param>
    /// <param name="jitter">Used under a lock of the pool's own, and so by this pool alone.</param>
    /// <param name="metrics">Where it counts.</param>
    /// <param name="logger">Where it tells.</param>
    public BackendPool(
        PoolOptions options,
        IBackendConnector connector,
        FingerprintTable fingerprints,
        TimeProvider time,
        Random jitter,
        PoolMetrics metrics,
        ILogger logger)
    {
        _state = new PoolState(options, fingerprints, time, metrics, logger);
        _control = new ControlConnections(_state, connector, adopt: c => _closer!.TryAdopt(c));
        _closer = new ConnectionCloser(_state, connector, _control) { Changed = () => _dispatcher!.Serve() };
        _opener = new ConnectionOpener(_state, connector, jitter)
        {
            Arrived = connection => _dispatcher!.Give(connection),
            Unfinished = _closer.CloseUnfinished,
            Changed = () => _dispatcher!.Serve(),
        };
        _ownPlace = new OwnPlace(_state, _closer) { Changed = () => _dispatcher!.Serve() };
        _idle = new IdleConnections(_state, _closer);
        Borrowings = new Borrowings(_state, () => connector.MayConnect)
        {
            Came = connection => _dispatcher!.GiveBorrowed(connection, isNew: true),
            Broken = _closer.EndLent,
            Changed = () => _dispatcher!.Serve(),
        };
        _dispatcher = new Dispatcher(_state, _idle, _opener, _closer, Borrowings);
        _state.Quotas.Admitted = _dispatcher.ServeAdmitted;
        _resetter = new ConnectionResetter(_state, _closer, Borrowings, _dispatcher);
        Lending = new Lending(this, _state, _idle, _opener, _closer, _dispatcher);
        Offers = new Offers(_state, Borrowings);
        _janitor = new Janitor(_state, _idle, _opener, _dispatcher, Borrowings);
    }

    /// <summary>Its limits; the share may have been changed since.</summary>
    public PoolOptions Options => _state.Options;

    /// <summary>The backend's fingerprints.</summary>
    public FingerprintTable Fingerprints => _state.Fingerprints;

    /// <summary>The connections of other nodes that are used here.</summary>
    internal Borrowings Borrowings { get; }

    /// <summary>The connections that sessions hold for their convenience alone.</summary>
    internal Offers Offers { get; }

    /// <summary>What other nodes may have.</summary>
    public Lending Lending { get; }

    /// <summary>Begins to warm up, and to watch over time limits. Does not wait for the backend.</summary>
    public ValueTask StartAsync()
    {
        _janitor.Start();
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// Takes an idle connection with exactly this fingerprint: no waiting, no allocation, no lock. False when there is none,
    /// or when others stand in line for it.
    /// </summary>
    /// <param name="needed">What it has to carry.</param>
    /// <param name="preferred">The session's last connection, which may be another's, or closed, by now.</param>
    /// <param name="connection">The connection, the caller's own until it is returned or discarded.</param>
    /// <param name="quota">What the session's user may hold; null for one who has no cap.</param>
    public bool TryLease(
        Fingerprint needed, PooledConnection? preferred, [NotNullWhen(true)] out PooledConnection? connection, UserQuota? quota = null)
    {
        connection = null;
        if (needed == Fingerprint.None || _state.Line.Count != 0 || _state.Mode != PoolMode.Serving || quota?.TryEnter() == false)
        {
            return false;
        }

        if (!_idle.TryTake(needed, preferred, out connection))
        {
            if (quota is not null)
            {
                _state.Quotas.Leave(quota);
            }

            return false;
        }

        if (quota is not null)
        {
            connection.Quota = quota;
        }

        _state.Metrics.Leases.Increment();
        return true;
    }

    /// <summary>
    /// Waits for a connection: one that is idle, one opened for it, or one that somebody returns. Never throws for what a
    /// backend does.
    /// </summary>
    /// <param name="waiter">The session's own, not waiting already.</param>
    /// <param name="needed">What the connection has to carry, or to be repainted to; not <see cref="Fingerprint.None"/>.</param>
    public ValueTask<LeaseResult> LeaseAsync(Waiter waiter, Fingerprint needed)
    {
        if (TryLease(needed, preferred: null, out var connection, waiter.Quota))
        {
            return new(LeaseResult.Of(connection));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(needed.Index);
        ValueTask<LeaseResult> wait;
        lock (_state.Line.Gate)
        {
            if (waiter.Line is not null)
            {
                throw new InvalidOperationException("the waiter is waiting already");
            }

            if (_state.IsStopping)
            {
                return new(LeaseResult.Failed(LeaseFailure.ShuttingDown));
            }

            wait = waiter.Arm();
            if (waiter.Quota is null ? !_state.Line.TryJoin(waiter, needed) : !_state.Quotas.TryJoin(waiter, waiter.Quota, needed))
            {
                _state.Metrics.WaitsFailed[nameof(LeaseFailure.LineFull)].Increment();
                return new(LeaseResult.Failed(LeaseFailure.LineFull));
            }
        }

        _dispatcher.Serve(joining: waiter);
        if (!wait.IsCompleted)
        {
            Offers.Recall();
        }

        return wait;
    }

    /// <summary>What a client user may hold; null for one who has no cap.</summary>
    public UserQuota? QuotaOf(string user) => _state.Quotas.Find(user);

    /// <summary>The quotas of the users that have a cap, or had one.</summary>
    public IEnumerable<UserQuota> UserQuotas => _state.Quotas.All;

    /// <summary>The same, for who keeps this node's part of the caps.</summary>
    internal UserQuotas Quotas => _state.Quotas;

    /// <summary>
    /// Gives back a connection that carries what its <see cref="PooledConnection.Fingerprint"/> says and nothing else: to a
    /// waiter at once, or idle. One of unknown fingerprint is reset first. The caller must not touch it any more.
    /// </summary>
    public void Return(PooledConnection connection)
    {
        if (connection.Fingerprint == Fingerprint.None)
        {
            ReturnDirty(connection);
            return;
        }

        _dispatcher.Give(connection);
    }

    /// <summary>
    /// Gives back a connection with state left on it: it is reset in the background, and counts as leased until then.
    /// </summary>
    public void ReturnDirty(PooledConnection connection) => _resetter.Begin(connection);

    /// <summary>
    /// Gives up a connection that is broken, or in an unknown state. Its place comes back only after the server has ended it.
    /// </summary>
    /// <param name="connection">The caller's own; must not be touched any more.</param>
    /// <param name="cause">A label for metrics, not what a peer said.</param>
    public void Discard(PooledConnection connection, string cause)
    {
        if (connection.Home is not null)
        {
            Borrowings.GiveBack(connection, LoanEnd.Broken);
            return;
        }

        if (connection.IsStale())
        {
            _idle.Suspect();
        }

        _closer.Close(connection, cause);
    }

    /// <summary>
    /// Replaces every connection (failover, a server that became read-only): idle ones are closed now, leased ones when they
    /// come back.
    /// </summary>
    public void RetireGeneration(string cause)
    {
        var generation = _state.NextGeneration();
        PoolLog.Retired(_state.Logger, Options.Name, cause);
        _idle.Sweep((slot, _) => _state.Slots.At(slot)?.Generation < generation ? "retired" : null);
        _state.Background.Run(static control => control.FitAsync(), _control);
        _dispatcher.Serve();
    }

    /// <summary>
    /// Changes the share, control connections included, at most to the larger of 4,096 and
    /// <see cref="PoolOptions.MaxConnections"/>. A smaller one is reached as connections come back; idle ones close now.
    /// </summary>
    public void Resize(int maxConnections)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxConnections);
        _state.Max = maxConnections;
        PoolLog.Resized(_state.Logger, Options.Name, _state.Max);
        _idle.Sweep(static (_, _) => null);
        if (maxConnections < Options.ReservedConnections)
        {
            _state.Background.Run(static control => control.FitAsync(), _control);
        }

        _dispatcher.Serve();
    }

    /// <summary>What an operator lets it do.</summary>
    public PoolMode Mode => _state.Mode;

    /// <summary>
    /// Grants no lease any more to those who do not hold one: they stand in line. What runs goes on, and transactions come to their ends. Takes
    /// back a <see cref="DrainAsync"/> as far as connections may be opened again.
    /// </summary>
    public void Pause() => Enter(PoolMode.Paused);

    /// <summary>Takes back a <see cref="Pause"/> or a <see cref="DrainAsync"/>.</summary>
    public void Resume()
    {
        Enter(PoolMode.Serving);
        _dispatcher.ServeAll();
    }

    /// <summary>
    /// Pauses, closes idle connections, and others as they come back, and waits until the server has ended them all, reserved ones included.
    /// False if <paramref name="cancel"/> came first, or the pool was resumed; until then it goes on closing and opens none.
    /// </summary>
    public async ValueTask<bool> DrainAsync(CancellationToken cancel)
    {
        Enter(PoolMode.Drained);
        while (_state.Mode == PoolMode.Drained && !cancel.IsCancellationRequested)
        {
            // Again and again: a connect that was under way may have ended in an idle connection.
            _idle.Sweep(static (_, _) => "drained");
            if (_state.Admission.Active == 0 && await _control.RestAsync())
            {
                return true;
            }

            await Task.Delay(s_drainInterval, _state.Clock.Exact, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return false;
    }

    /// <summary>
    /// The smallest share that covers what the server may have now, and what may still be opened: what is above it can be given to
    /// others. It falls to the share that <see cref="Resize"/> was told as the server ends connections.
    /// </summary>
    public int Covered
    {
        get
        {
            var max = _state.Max;
            var control = Math.Max(_control.Taken, Math.Min(max, _state.Options.ReservedConnections));
            return Math.Max(max, _state.Admission.Active + control);
        }
    }

    /// <summary>
    /// Connections that the server may have now, or will have when what is under way has ended, by permits that were not revoked. Asked of a pool
    /// that has no share any more, so that it only falls.
    /// </summary>
    public int Permitted
    {
        get
        {
            // Counted before, so that none is taken off that was not: while there is no share nobody takes a place meanwhile.
            var taken = _control.Permitted + _state.Admission.Active;
            return taken - _state.Slots.CountRevoked();
        }
    }

    /// <summary>
    /// Runs work that opens a connection of its own and closes it again, in a place of the share; without one the answer is null, and
    /// nothing was run.
    /// </summary>
    public ValueTask<T?> InOwnPlaceAsync<T>(Func<ValueTask<(T Result, PooledConnection? NotEnded)>> work)
        where T : class => _ownPlace.RunAsync(work);

    /// <summary>
    /// Replaces the limits while the pool runs; the share changes with them as by <see cref="Resize"/>. Another default class holds for what
    /// is opened from now on. The name and the reserved connections stay as they were made.
    /// </summary>
    public void Reconfigure(PoolOptions options)
    {
        var before = _state.Options;
        _state.Options = options with { Name = before.Name, ReservedConnections = before.ReservedConnections };
        if (!ReferenceEquals(options.UserCaps, before.UserCaps))
        {
            _state.Quotas.SetCaps(options.UserCaps);
        }

        if (options.MaxConnections != before.MaxConnections)
        {
            Resize(options.MaxConnections);
        }
    }

    /// <summary>
    /// Runs a statement of the pool's own on a reserved connection. Never throws for what a network or a server does.
    /// </summary>
    public ValueTask<QueryResult> ControlAsync(string sql, CancellationToken cancel) => _control.QueryAsync(sql, cancel);

    /// <summary>
    /// Interrupts the statement that a thread runs, which was there at a moment by the pool's exact clock: not if the server was restarted since, for its
    /// number is another's then, or nobody's. Never throws for what a network or a server does.
    /// </summary>
    public ValueTask<QueryResult> KillQueryAsync(ulong threadId, long since, CancellationToken cancel) =>
        _control.KillAsync(KillScope.Query, threadId, since, cancel);

    /// <summary>
    /// Resets a reserved connection, which reads the server's globals as new sessions get them. False if there was none to be had. Never
    /// throws for what a network or a server does.
    /// </summary>
    public ValueTask<bool> RefreshBaselineAsync(CancellationToken cancel) => _control.ResetAsync(cancel);

    /// <summary>True if somebody is in line: what is held for convenience alone should be given back.</summary>
    public bool HasWaiters => _state.Line.Count != 0;

    /// <summary>True if somebody is in line for just this fingerprint, which is held.</summary>
    public bool IsWaitedFor(Fingerprint fingerprint) => !_state.Fingerprints[fingerprint].Waiters.IsEmpty;

    /// <summary>True if a connection is idle, whatever it carries: nobody has to be spared anything.</summary>
    public bool HasIdle => _state.Slots.HasIdle;

    /// <summary>What the pool holds now.</summary>
    public PoolSnapshot Snapshot() => PoolSnapshot.Of(_state, _control.Open) with
    {
        Borrowed = Borrowings.Count, Lent = Lending.Count, ConnectsInVain = _opener.IsInVain,
    };

    /// <summary>The connections now, reserved ones not included; one after the other as the caller asks for them.</summary>
    public IEnumerable<PooledConnectionView> Connections() => PooledConnectionView.Of(_state);

    /// <summary>How much each fingerprint that somebody holds is in use now.</summary>
    public IEnumerable<FingerprintUse> Uses() => FingerprintUse.Of(_state);

    /// <summary>
    /// Ends the pool: waiters fail, idle connections close, leased ones when they come back. Waits for connections that are
    /// closing or being reset, about 10 s at most, and not for those that are leased: drain the sessions first. What <see cref="Snapshot"/> counts as active afterwards was not seen to end.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (_state.IsStopping)
        {
            return;
        }

        await _janitor.DisposeAsync();
        _state.Stop();
        _state.Quotas.Fail(LeaseResult.Failed(LeaseFailure.ShuttingDown), static _ => true);
        _state.Line.Fail(LeaseResult.Failed(LeaseFailure.ShuttingDown), static _ => true);
        await Borrowings.DisposeAsync();
        _idle.Sweep(static (_, _) => "shutdown");

        var drained = _state.Background.DrainAsync();
        await Task.WhenAny(drained, Task.Delay(s_shutdownPatience, _state.Clock.Exact));
        _state.GiveUp();
        await drained;
        await _control.CloseAsync();
    }

    private void Enter(PoolMode mode)
    {
        _state.Mode = mode;
        PoolLog.Entered(_state.Logger, Options.Name, mode);
    }
}
