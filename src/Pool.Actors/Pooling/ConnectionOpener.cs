using Pool.Actors.Backends;
using Pool.Actors.Settings;

namespace Pool.Actors.Pooling;

/// <summary>
/// Opens connections: takes a place and a slot first, connects in the background, and reports once. Never more than the
/// admission counter and the pacer allow.
/// </summary>
internal sealed class ConnectionOpener(PoolState state, IBackendConnector connector, Random jitter)
{
    private readonly ConnectPacer _pacer = new(() => state.Options.ConnectsPerSecond, state.Clock, jitter);
    private volatile ConnectFailure? _lastFailure;

    /// <summary>A connection arrived; its slot is leased to whoever is called.</summary>
    public required Action<PooledConnection> Arrived { get; init; }

    /// <summary>A connect failed after its login; the slot and the place are the connection's until the server has ended it.</summary>
    public required Action<int, PooledConnection> Unfinished { get; init; }

    /// <summary>A place or the right to connect became free.</summary>
    public required Action Changed { get; init; }

    /// <summary>The last connect failed. Under the line's gate.</summary>
    public bool IsFailing => _pacer.IsFailing;

    /// <summary>Why there are no more: the node may open none, or the last connect failed; null if neither. From any thread.</summary>
    public ConnectFailure? Obstacle => connector.MayConnect ? _lastFailure : ConnectFailure.NotPermitted;

    /// <summary>The last connect failed, and more places would not have helped: room comes to a full server by moving places. From any thread.</summary>
    public bool IsInVain => _lastFailure is { Kind: not ConnectFailureKind.TooManyConnections };

    /// <summary>The node may connect at all; while it may not, nothing takes the place of a connection that is closed. From any thread.</summary>
    public bool MayConnect => connector.MayConnect;

    /// <summary>True if a connect of this class could begin, given a place, beside so many others that wait for theirs. Under the line's gate.</summary>
    public bool MayBegin(ConnectionClass connectionClass, int others = 0) =>
        !state.IsStopping && state.Mode != PoolMode.Drained && connector.MayConnect && _pacer.MayBegin(connectionClass, others);

    /// <summary>Begins a connect in the name of a waiter, or of nobody to warm up. Under the line's gate.</summary>
    public bool TryBegin(ConnectionClass connectionClass, Waiter? waiter)
    {
        if (!state.Admission.HasRoom || !MayBegin(connectionClass) || state.TryReserve() is not (>= 0 and var slot))
        {
            return false;
        }

        _pacer.Began();
        var opening = new Opening(
            connectionClass, slot, state.Generation, Pursuit.Of(waiter), state.Line.LastNumber);
        state.Background.Run(ConnectAsync, opening);
        return true;
    }

    private async Task ConnectAsync(Opening opening)
    {
        using var deadline = new CancellationTokenSource(state.Options.ConnectTimeout, state.Clock.Exact);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, state.Stopping);
        ConnectOutcome outcome;
        try
        {
            outcome = await connector.ConnectAsync(opening.Class, either.Token);
        }
        catch (OperationCanceledException)
        {
            outcome = new(null, new(ConnectFailureKind.TimedOut, "the connect did not finish in time"));
        }
        catch (Exception exception)
        {
            PoolLog.Unexpected(state.Logger, exception, state.Options.Name, "a connect");
            outcome = new(null, new(ConnectFailureKind.Protocol, exception.GetType().Name));
        }

        if (outcome.Connection is { } connection)
        {
            Succeed(opening, connection);
        }
        else
        {
            Fail(opening, outcome.Failure!, outcome.Unfinished);
        }
    }

    private void Succeed(Opening opening, PooledConnection connection)
    {
        long lifetime;
        lock (state.Line.Gate)
        {
            _pacer.Ended(opening.Class, failure: null);
            opening.Pursuit.End(state.Line);
            lifetime = (long)(state.Options.MaxLifetime.TotalMilliseconds * (1 - (jitter.NextDouble() / 10)));
        }

        _lastFailure = null;
        state.Metrics.ConnectsSucceeded.Increment();
        PoolLog.Opened(state.Logger, state.Options.Name, connection.ThreadId, opening.Slot);
        connection.Generation = opening.Generation;
        connection.OpenedAt = state.Clock.Exact.GetTimestamp();
        state.Slots.Open(opening.Slot, connection, state.Clock.Now + lifetime);
        Arrived(connection);
        Changed();
    }

    private void Fail(Opening opening, ConnectFailure failure, PooledConnection? unfinished)
    {
        if (failure.Kind is not (ConnectFailureKind.AccessDenied or ConnectFailureKind.NotPermitted))
        {
            _lastFailure = failure;
        }

        state.Metrics.ConnectsFailed[failure.Kind.ToString()].Increment();
        PoolLog.ConnectFailed(state.Logger, state.Options.Name, failure.Kind, failure.Text);
        if (unfinished is null)
        {
            state.Release(opening.Slot);
        }
        else
        {
            Unfinished(opening.Slot, unfinished);
        }

        lock (state.Line.Gate)
        {
            _pacer.Ended(opening.Class, failure.Kind);
            opening.Pursuit.End(state.Line);
        }

        // Those who preferred a new connection may still find another to repaint; the rest fail.
        Changed();
        state.Line.Fail(LeaseResult.Failed(failure), waiter => Concerns(opening, failure.Kind, waiter));
    }

    /// <summary>
    /// A refused login will be refused to everyone of its class. A full server has no room now, and a node that may not connect will
    /// soon or has others to hand out, so that all go on waiting. Any other failure is told to those who have waited through all of the attempt, for they will not fare better soon.
    /// </summary>
    private bool Concerns(Opening opening, ConnectFailureKind kind, Waiter waiter) => kind switch
    {
        ConnectFailureKind.TooManyConnections or ConnectFailureKind.NotPermitted => false,
        ConnectFailureKind.AccessDenied => state.Fingerprints.ClassOf(waiter.Needed) == opening.Class,
        _ => waiter.Number <= opening.LastNumber,
    };

    private sealed record Opening(ConnectionClass Class, int Slot, int Generation, Pursuit Pursuit, long LastNumber);
}
