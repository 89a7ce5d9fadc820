using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Pool.Actors.Backends;
using Pool.Actors.Settings;
using Pool.Actors.Telemetry;

namespace Pool.Actors.Pooling;

/// <summary>
/// The connections to one backend: all accounts and settings, one cap, one line of waiters. Thread-safe. Sessions take and
/// return idle connections without locks; what is slow (connects, closes, resets) runs in the background.
/// </summary>
public sealed class BackendPool : IAsyncDisposable
{
    private static readonly TimeSpan s_shutdownPatience = TimeSpan.FromSeconds(10);

    private readonly PoolState _state;
    private readonly ControlConnections _control;
    private readonly ConnectionCloser _closer;
    private readonly ConnectionOpener _opener;
    private readonly IdleConnections _idle;
    private readonly Dispatcher _dispatcher;
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
        _closer = new ConnectionCloser(_state, _control) { Changed = () => _dispatcher!.Serve() };
        _opener = new ConnectionOpener(_state, connector, jitter)
        {
            Arrived = connection => _dispatcher!.Give(connection),
            Changed = () => _dispatcher!.Serve(),
        };
        _idle = new IdleConnections(_state, _closer);
        _dispatcher = new Dispatcher(_state, _idle, _opener, _closer);
        _janitor = new Janitor(_state, _idle, _opener, _dispatcher);
    }

    /// <summary>Its limits; the share may have been changed since.</summary>
    public PoolOptions Options => _state.Options;

    /// <summary>The backend's fingerprints.</summary>
    public FingerprintTable Fingerprints => _state.Fingerprints;

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
    public bool TryLease(Fingerprint needed, PooledConnection? preferred, [NotNullWhen(true)] out PooledConnection? connection)
    {
        if (needed == Fingerprint.None || _state.Line.Count != 0 || !_idle.TryTake(needed, preferred, out connection))
        {
            connection = null;
            return false;
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
        if (TryLease(needed, preferred: null, out var connection))
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
            if (!_state.Line.TryJoin(waiter, needed))
            {
                _state.Metrics.WaitsFailed[nameof(LeaseFailure.LineFull)].Increment();
                return new(LeaseResult.Failed(LeaseFailure.LineFull));
            }
        }

        _dispatcher.Serve(joining: waiter);
        return wait;
    }

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
    public void ReturnDirty(PooledConnection connection) => _state.Background.Run(ResetAsync, connection);

    /// <summary>
    /// Gives up a connection that is broken, or in an unknown state. Its place comes back only after the server has ended it.
    /// </summary>
    /// <param name="connection">The caller's own; must not be touched any more.</param>
    /// <param name="cause">A label for metrics, not what a peer said.</param>
    public void Discard(PooledConnection connection, string cause) => _closer.Close(connection, cause);

    /// <summary>
    /// Replaces every connection (failover, a server that became read-only): idle ones are closed now, leased ones when they
    /// come back.
    /// </summary>
    public void RetireGeneration(string cause)
    {
        var generation = _state.NextGeneration();
        PoolLog.Retired(_state.Logger, Options.Name, cause);
        _idle.Sweep((slot, _) => _state.Slots.At(slot)?.Generation < generation ? "retired" : null);
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
        _dispatcher.Serve();
    }

    /// <summary>
    /// Replaces the limits while the pool runs; the share changes with them as by <see cref="Resize"/>. The name, the default
    /// class and the reserved connections stay as they were made.
    /// </summary>
    public void Reconfigure(PoolOptions options)
    {
        var before = _state.Options;
        _state.Options = options with
        {
            Name = before.Name, DefaultClass = before.DefaultClass, ReservedConnections = before.ReservedConnections,
        };
        if (options.MaxConnections != before.MaxConnections)
        {
            Resize(options.MaxConnections);
        }
    }

    /// <summary>
    /// Runs a statement of the pool's own on a reserved connection. Never throws for what a network or a server does.
    /// </summary>
    public ValueTask<QueryResult> ControlAsync(string sql, CancellationToken cancel) => _control.QueryAsync(sql, cancel);

    /// <summary>True if somebody is in line: what is held for convenience alone should be given back.</summary>
    public bool HasWaiters => _state.Line.Count != 0;

    /// <summary>What the pool holds now.</summary>
    public PoolSnapshot Snapshot() => PoolSnapshot.Of(_state, _control.Open);

    /// <summary>
    /// Ends the pool: waiters fail, idle connections close, leased ones when they come back. Waits for connections that are
    /// closing, up to 10 s longer for those that have to be killed, and not for those that are leased: drain the sessions
    /// first. What <see cref="Snapshot"/> counts as active afterwards was not seen to end.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (_state.IsStopping)
        {
            return;
        }

        await _janitor.DisposeAsync();
        _state.Stop();
        _state.Line.Fail(LeaseResult.Failed(LeaseFailure.ShuttingDown), static _ => true);
        _idle.Sweep(static (_, _) => "shutdown");

        var drained = _state.Background.DrainAsync();
        await Task.WhenAny(drained, Task.Delay(s_shutdownPatience, _state.Clock.Exact));
        _state.GiveUp();
        await drained;
        await _control.CloseAsync();
    }

    private async Task ResetAsync(PooledConnection connection)
    {
        _state.Metrics.Resets.Increment();
        bool isClean;
        try
        {
            isClean = await connection.ResetAsync() && connection.Fingerprint != Fingerprint.None;
        }
        catch (Exception exception)
        {
            PoolLog.Unexpected(_state.Logger, exception, Options.Name, "a reset");
            isClean = false;
        }

        if (isClean)
        {
            _dispatcher.Give(connection);
        }
        else
        {
            _closer.Close(connection, "reset");
        }
    }
}
