namespace Pool.Actors.Errors;

/// <summary>Everything that the pool itself may tell a client. <see cref="ErrorCatalogue"/> has the words.</summary>
public enum PoolError
{
    /// <summary>No error.</summary>
    None,

    /// <summary>The listener's session limit, or its limit of unauthenticated connections, is reached.</summary>
    TooManyConnections,

    /// <summary>Unknown user, wrong password, or the user may not come this way (TLS, database).</summary>
    AccessDenied,

    /// <summary>The user's own session limit is reached.</summary>
    UserLimitReached,

    /// <summary>The client does not speak the 4.1 protocol.</summary>
    HandshakeUnsupported,

    /// <summary>The client is going to compress what it sends, though that was not offered to it.</summary>
    CompressionUnsupported,

    /// <summary>The first packet could not be understood.</summary>
    BadHandshake,

    /// <summary>The client cannot do the authentication method that its user needs.</summary>
    AuthMethodUnsupported,

    /// <summary>The database is not one that the user may select here.</summary>
    DatabaseAccessDenied,

    /// <summary>The handshake took too long.</summary>
    HandshakeTimeout,

    /// <summary>A sequence number was wrong.</summary>
    PacketsOutOfOrder,

    /// <summary>A packet could not be understood.</summary>
    MalformedPacket,

    /// <summary>A packet is larger than the limit.</summary>
    PacketTooLarge,

    /// <summary>The command is unknown.</summary>
    UnknownCommand,

    /// <summary>The command is known and not served here.</summary>
    NotServed,

    /// <summary>The node is shutting down.</summary>
    ShuttingDown,

    /// <summary>KILL of a session that does not exist.</summary>
    NoSuchSession,

    /// <summary>KILL of somebody else's session.</summary>
    NotSessionOwner,

    /// <summary>KILL of a session whose node did not answer.</summary>
    SessionUnreachable,

    /// <summary>KILL of a session whose node the cluster has lost.</summary>
    SessionLost,

    /// <summary>The session was killed.</summary>
    SessionKilled,

    /// <summary>The statement was interrupted (KILL QUERY of a statement that waits in line).</summary>
    QueryInterrupted,

    /// <summary>The backend cannot be reached.</summary>
    BackendUnavailable,

    /// <summary>The connection to the backend was lost in mid-statement; whether it ran is not known.</summary>
    BackendLost,

    /// <summary>The backend's answer could not be understood.</summary>
    BackendMalformed,

    /// <summary>No connection came free in time.</summary>
    LeaseTimeout,

    /// <summary>The user held as many connections as it may for too long.</summary>
    UserConnectionsReached,

    /// <summary>The line of waiters is full.</summary>
    LineFull,

    /// <summary>The transaction was idle for too long and has been rolled back.</summary>
    IdleInTransaction,

    /// <summary>The session held its connection idle for too long.</summary>
    IdlePinned,

    /// <summary>The client was idle for too long.</summary>
    IdleClient,

    /// <summary>The backend's sessions need more different settings than can be kept apart.</summary>
    TooManySettings,

    /// <summary>Too many sessions hold a connection for themselves.</summary>
    PinLimitReached,

    /// <summary>The session has too many prepared statements.</summary>
    TooManyStatements,

    /// <summary>The session has no prepared statement of that id.</summary>
    UnknownStatement,

    /// <summary>The prepared statement has no open cursor.</summary>
    NoCursor,
}
