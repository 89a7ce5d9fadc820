namespace Pool.Actors.Backends;

/// <summary>The errors of servers that mean something to the pool.</summary>
internal static class ServerErrorCode
{
    /// <summary>A KILL QUERY hit (ER_QUERY_INTERRUPTED).</summary>
    public const int QueryInterrupted = 1317;

    /// <summary>The server has as many prepared statements as it may (ER_MAX_PREPARED_STMT_COUNT_REACHED).</summary>
    public const int TooManyStatements = 1461;
}
