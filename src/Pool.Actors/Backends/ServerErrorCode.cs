namespace Pool.Actors.Backends;

/// <summary>The errors of servers that mean something to the pool.</summary>
internal static class ServerErrorCode
{
    /// <summary>The account may not use the database (ER_DBACCESS_DENIED_ERROR).</summary>
    public const int DatabaseDenied = 1044;

    /// <summary>There is no such database (ER_BAD_DB_ERROR).</summary>
    public const int UnknownDatabase = 1049;

    /// <summary>A lock was waited for too long, which some servers are told to take for a deadlock (ER_LOCK_WAIT_TIMEOUT).</summary>
    public const int LockWaitTimeout = 1205;

    /// <summary>The transaction was rolled back for another's sake (ER_LOCK_DEADLOCK).</summary>
    public const int Deadlock = 1213;

    /// <summary>A KILL QUERY hit (ER_QUERY_INTERRUPTED).</summary>
    public const int QueryInterrupted = 1317;

    /// <summary>The server has as many prepared statements as it may (ER_MAX_PREPARED_STMT_COUNT_REACHED).</summary>
    public const int TooManyStatements = 1461;
}
