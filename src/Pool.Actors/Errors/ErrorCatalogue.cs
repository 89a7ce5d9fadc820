using Microsoft.Extensions.Logging;

namespace Pool.Actors.Errors;

/// <summary>
/// The one place that knows what each error is called on the wire. Numbers and states are those that drivers already
/// understand; errors after login that are the pool's own keep class HY000, since drivers' pools evict on 08xxx and would
/// storm back. None is from the clients' own range (2000-2999): their libraries take such an ERR packet for malformed.
/// </summary>
public static class ErrorCatalogue
{
    /// <summary>The wire form of an error.</summary>
    public static ErrorEntry Of(PoolError error) => error switch
    {
        PoolError.TooManyConnections => new(1040, "08004", "Too many connections", LogLevel.Warning, ErrorSide.Pool, true),
        PoolError.AccessDenied => new(1045, "28000", "Access denied for user '{0}'@'{1}' (using password: {2})", LogLevel.Information, ErrorSide.Client, false),
        PoolError.UserLimitReached => new(1203, "42000", "User {0} already has more than 'MaxSessions' active sessions", LogLevel.Warning, ErrorSide.Client, true),
        PoolError.HandshakeUnsupported => new(1043, "08S01", "Bad handshake: the 4.1 protocol is required", LogLevel.Information, ErrorSide.Client, false),
        PoolError.CompressionUnsupported => new(1043, "08S01", "Bad handshake: compression is not offered; switch it off in the client", LogLevel.Information, ErrorSide.Client, false),
        PoolError.BadHandshake => new(1043, "08S01", "Bad handshake", LogLevel.Information, ErrorSide.Client, false),
        PoolError.AuthMethodUnsupported => new(1251, "08004", "Client does not support authentication method '{0}' requested by server; consider upgrading MySQL client", LogLevel.Information, ErrorSide.Client, false),
        PoolError.DatabaseAccessDenied => new(1044, "42000", "Access denied for user '{0}'@'{1}' to database '{2}'", LogLevel.Information, ErrorSide.Client, false),
        PoolError.HandshakeTimeout => new(1159, "08S01", "Got timeout reading communication packets", LogLevel.Information, ErrorSide.Client, false),
        PoolError.PacketsOutOfOrder => new(1156, "08S01", "Got packets out of order", LogLevel.Information, ErrorSide.Client, false),
        PoolError.MalformedPacket => new(1835, "HY000", "Malformed communication packet", LogLevel.Information, ErrorSide.Client, false),
        PoolError.PacketTooLarge => new(1153, "08S01", "Got a packet bigger than 'MaxPacketBytes' bytes", LogLevel.Information, ErrorSide.Client, false),
        PoolError.UnknownCommand => new(1047, "08S01", "Unknown command", LogLevel.Information, ErrorSide.Client, false),
        PoolError.NotServed => new(1235, "42000", "This version of Pool doesn't yet support '{0}'", LogLevel.Information, ErrorSide.Client, false),
        PoolError.ShuttingDown => new(1053, "08S01", "Server shutdown in progress", LogLevel.Information, ErrorSide.Pool, true),
        PoolError.NoSuchSession => new(1094, "HY000", "Unknown thread id: {0}", LogLevel.Debug, ErrorSide.Client, false),
        PoolError.NotSessionOwner => new(1095, "HY000", "You are not owner of thread {0}", LogLevel.Information, ErrorSide.Client, false),
        PoolError.SessionUnreachable => new(1105, "HY000", "Thread {0} cannot be reached: its node '{1}' did not answer. It is not known whether it was killed", LogLevel.Warning, ErrorSide.Pool, false),
        PoolError.SessionLost => new(1105, "HY000", "Thread {0} was not killed: the cluster has lost its node '{1}'. What it runs at the backend is ended by the other nodes; if the node still runs, end the thread there", LogLevel.Warning, ErrorSide.Pool, false),
        PoolError.SessionKilled => new(1317, "70100", "Query execution was interrupted: session {0} was killed", LogLevel.Information, ErrorSide.Client, false),
        PoolError.QueryInterrupted => new(1317, "70100", "Query execution was interrupted", LogLevel.Information, ErrorSide.Client, false),
        PoolError.BackendUnavailable => new(1429, "HY000", "Pool cannot connect to backend '{0}': {1}. The statement was not executed", LogLevel.Warning, ErrorSide.Backend, true),
        PoolError.BackendLost => new(1105, "HY000", "Pool lost the connection to backend '{0}' during the statement; whether it was executed is not known. {1}", LogLevel.Warning, ErrorSide.Backend, false),
        PoolError.BackendMalformed => new(1105, "HY000", "Pool received a malformed packet from backend '{0}'; whether the statement was executed is not known", LogLevel.Error, ErrorSide.Backend, false),
        PoolError.LeaseTimeout => new(1205, "HY000", "Pool '{0}': no backend connection came free within {1} ms (LeaseTimeout). The statement was not executed{2}", LogLevel.Warning, ErrorSide.Pool, true),
        PoolError.UserConnectionsReached => new(1205, "HY000", "Pool '{0}': user '{1}' may hold {2} backend connections at once (MaxConnections of the user), and none of them came free within {3} ms (LeaseTimeout). The statement was not executed", LogLevel.Warning, ErrorSide.Pool, true),
        PoolError.LineFull => new(1205, "HY000", "Pool '{0}': {1} statements wait for a backend connection already (MaxWaiters). The statement was not executed", LogLevel.Warning, ErrorSide.Pool, true),
        PoolError.IdleInTransaction => new(4031, "HY000", "The transaction was idle for longer than {0} ms (IdleInTransactionTimeout) and has been rolled back", LogLevel.Warning, ErrorSide.Client, false),
        PoolError.IdlePinned => new(4031, "HY000", "The session held a backend connection idle for longer than {0} ms (IdlePinnedTimeout; reason: {1}) and has been closed", LogLevel.Warning, ErrorSide.Client, false),
        PoolError.IdleClient => new(4031, "HY000", "The client was disconnected by the server because of inactivity", LogLevel.Information, ErrorSide.Client, false),
        PoolError.TooManySettings => new(1105, "HY000", "User '{0}' cannot be served: {1} combinations of account, database and character set are in use already. Use fewer, or more backends", LogLevel.Error, ErrorSide.Pool, true),
        PoolError.PinLimitReached => new(1205, "HY000", "Pool '{0}': {1} sessions hold a backend connection for themselves already (MaxPinned). Reason of this one: {2}", LogLevel.Warning, ErrorSide.Pool, true),
        PoolError.TooManyStatements => new(1461, "42000", "Can't create more than {0} prepared statements in one session (MaxStatementsPerSession)", LogLevel.Warning, ErrorSide.Client, true),
        PoolError.UnknownStatement => new(1243, "HY000", "Unknown prepared statement handler ({0}) given to {1}", LogLevel.Debug, ErrorSide.Client, false),
        PoolError.NoCursor => new(1421, "HY000", "The statement ({0}) has no open cursor{1}", LogLevel.Debug, ErrorSide.Client, false),
        _ => throw new ArgumentOutOfRangeException(nameof(error), error, "not in the catalogue"),
    };
}

/// <summary>The wire form of an error.</summary>
/// <param name="Code">MySQL's errno.</param>
/// <param name="SqlState">Five characters.</param>
/// <param name="Text">A composite format; see the uses for its arguments.</param>
/// <param name="Level">How it is logged.</param>
/// <param name="Side">Whose doing it is.</param>
/// <param name="Retryable">True if the same statement may succeed later, and has certainly not been executed.</param>
public sealed record ErrorEntry(ushort Code, string SqlState, string Text, LogLevel Level, ErrorSide Side, bool Retryable)
{
    /// <summary>The text with its arguments.</summary>
    public string Format(params object?[] arguments) =>
        string.Format(System.Globalization.CultureInfo.InvariantCulture, Text, arguments);
}

/// <summary>Whose doing an error is.</summary>
public enum ErrorSide
{
    /// <summary>The client's.</summary>
    Client,

    /// <summary>The pool's own limits.</summary>
    Pool,

    /// <summary>The backend's.</summary>
    Backend,
}
