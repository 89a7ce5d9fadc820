using Pool.Actors.Settings;

namespace Pool.Actors.Backends;

/// <summary>Opens connections to one backend: the pool's port to the outside.</summary>
public interface IBackendConnector
{
    /// <summary>False while no connect may be begun, whatever the backend would say.</summary>
    bool MayConnect { get; }

    /// <summary>
    /// Resolves the name anew, connects, authenticates and brings the connection to its baseline. Never throws for what a
    /// network or a server does: see <see cref="ConnectOutcome"/>. Honours <paramref name="cancel"/> (the connect deadline).
    /// </summary>
    ValueTask<ConnectOutcome> ConnectAsync(ConnectionClass connectionClass, CancellationToken cancel);

    /// <summary>Takes note that the server has been seen to end a connection.</summary>
    void Ended(PooledConnection connection);
}

/// <summary>A connection, or the reason why there is none.</summary>
/// <param name="Connection">The connection, ready to be leased; null on failure.</param>
/// <param name="Failure">What happened, for clients and logs, without secrets; null on success.</param>
/// <param name="Unfinished">
/// After a failure: a connection that was logged in and must not be used. The server has its thread until it was seen to end, and whoever asked for the
/// connection sees to that.
/// </param>
public sealed record ConnectOutcome(PooledConnection? Connection, ConnectFailure? Failure, PooledConnection? Unfinished = null);

/// <summary>Why a connect failed.</summary>
/// <param name="Kind">The class of the failure.</param>
/// <param name="Text">What happened to which host, for logs and for the client's error.</param>
/// <param name="ServerErrorCode">The server's own error number, 0 if it did not get that far.</param>
public sealed record ConnectFailure(ConnectFailureKind Kind, string Text, int ServerErrorCode = 0)
{
    /// <summary>The node may not open any.</summary>
    public static ConnectFailure NotPermitted { get; } = new(
        ConnectFailureKind.NotPermitted, "this node may open no connections now, since it cannot prove to its cluster that it is there");
}

/// <summary>The classes of connect failures.</summary>
public enum ConnectFailureKind
{
    /// <summary>Name resolution or TCP failed: the server is not there.</summary>
    Unreachable,

    /// <summary>It did not finish in time.</summary>
    TimedOut,

    /// <summary>TLS was required and not offered, or verification failed.</summary>
    Tls,

    /// <summary>The server said no: wrong password, locked account, host not allowed.</summary>
    AccessDenied,

    /// <summary>This node may open none now: its membership of the cluster cannot be proven.</summary>
    NotPermitted,

    /// <summary>The server has no connection left (1040, 1203, 1226).</summary>
    TooManyConnections,

    /// <summary>What answered does not speak the protocol, or differs from what was expected of it.</summary>
    Protocol,
}
