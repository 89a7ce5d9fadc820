using Pool.Wire.Handshake;
using Pool.Wire.Replies;

namespace Pool.Live.Tests.Twin;

/// <summary>
/// Every way in which a session through the pool may differ from a direct one and a twin test does not call it a difference.
/// docs/sessions.md gives the operator's view of the same list. What is not deterministic at a single server (NOW(), UUID(),
/// CONNECTION_ID(), the process list) is not among the statements.
/// </summary>
internal static class KnownDifferences
{
    /// <summary>
    /// The metadata of a user variable that was never set, in a column of its own: on a connection that is held and where another session
    /// has set it, it is NULL of another type.
    /// </summary>
    public static bool IsNeverSet(string column, IEnumerable<string?> values) => column.StartsWith('@') && values.All(v => v is null);

    /// <summary>
    /// The metadata of a column that is computed of a parameter: MySQL reads the text again when the value is of another kind than before,
    /// with the settings of that moment, and a statement that was prepared anew has seen no kind before.
    /// </summary>
    public static bool IsBound(string column) => column.Contains('?');

    /// <summary>Status flags that are not compared.</summary>
    /// <param name="flags">The client's capabilities.</param>
    public static ServerStatus Ignored(Capabilities flags) =>
        // A matter of time. A prepared statement may have been prepared anew where it runs, so that nothing changed since. And: a client that
        // follows session state also gets what the pool asks the server for.
        ServerStatus.QueryWasSlow | ServerStatus.MetadataChanged | ((flags & Capabilities.SessionTrack) != 0 ? ServerStatus.SessionStateChanged : ServerStatus.None);

    /// <summary>
    /// Status flags that are not compared in the EOF between columns and rows, which the node makes for clients of the old
    /// format: the server tells only after the rows whether an index was used, and the statement itself has begun
    /// a transaction, as the first one that uses a table does without autocommit. That stored code has opened a cursor is told there
    /// for no client's good. Nor is its number of warnings compared.
    /// </summary>
    public static ServerStatus IgnoredBetween(ServerStatus status, bool asksForCursor) => ServerStatus.NoIndexUsed | ServerStatus.NoGoodIndexUsed
        | (asksForCursor ? ServerStatus.None : ServerStatus.CursorExists)
        | ((status & ServerStatus.Autocommit) == 0 ? ServerStatus.InTransaction : ServerStatus.None);

    /// <summary>
    /// Status flags that are not compared in any EOF, which cannot carry session state: MariaDB tells there that some has changed.
    /// </summary>
    public const ServerStatus IgnoredAtEof = ServerStatus.SessionStateChanged;

    /// <summary>
    /// Commands that are not sent, as a regular expression: where the answer through the pool is known to differ. GET DIAGNOSTICS finds its
    /// conditions on one connection only, and errors of the pool's own are among no warnings. With sql_auto_is_null IS
    /// NULL finds a row by the connection's insert id. MySQL counts what an UPDATE finds as found
    /// rows, tells pending warnings with COM_PING and its like, a statement's types of user variables as they were at its prepare, and by a
    /// flag, by the length of its text, or by its collation once it is set to what was never set, under which collation_connection a number was
    /// assigned. MariaDB keeps warnings over statements without tables, so that they are asked for right after others only, and ROW_COUNT()
    /// over a SHOW of a table that is not there.
    /// </summary>
    public static string NotAsked(bool isMySql) => isMySql
        ? @"GET DIAGNOSTICS|KILL|id IS NULL|FOUND_ROWS\(\)|COM_Ping|COM_SetOption|COM_InitDb|PREPARE SELECT @u1, @u2|SET @u1 = @u2\b|(CONCAT|LENGTH)\(@u2"
        : @"GET DIAGNOSTICS|KILL|id IS NULL|FOUND_ROWS\(\)|SHOW WARNINGS|SHOW ERRORS|SHOW COUNT|_count\b|SHOW COLUMNS FROM t\b";

    /// <summary>
    /// A prepared statement that is sent no long data: it asks what the statement before left, and the data keep it on a connection that
    /// may not be the one where that ran. Or its parameter was bound to a number before: MariaDB then reads the data as one.
    /// </summary>
    public static bool IsSentNoLongData(string sql, TwinParameter? before) => before is { IsNumber: true } || sql.Contains("ROW_COUNT()", StringComparison.Ordinal);

    /// <summary>
    /// A prepared statement whose first parameter is bound to no texts at MySQL, which computes with it: a text then becomes a number of the kind
    /// that the text had with which the server read the statement again, and a statement that was prepared anew has seen no other.
    /// </summary>
    public static bool IsBoundToNoText(string sql) => sql.Contains("? +", StringComparison.Ordinal);

    /// <summary>Variables that SHOW VARIABLES shows and that are not compared, with the reason. Nor are those in which the two servers
    /// themselves differ: ports, paths and the like.</summary>
    public static IReadOnlyDictionary<string, string> Variables { get; } = new Dictionary<string, string>
    {
        ["pseudo_thread_id"] = "is the thread's own number",
        ["timestamp"] = "is the time of day, unless set",
        ["rand_seed1"] = "is 0 to the reader",
        ["rand_seed2"] = "is 0 to the reader",
        ["statement_id"] = "counts the server's statements",
        ["session_track_system_variables"] = "is the pool's own: it follows the session's settings by it",
        ["session_track_schema"] = "as session_track_system_variables",
        ["session_track_state_change"] = "as session_track_system_variables",
        ["session_track_transaction_info"] = "as session_track_system_variables",
        ["session_track_gtids"] = "as session_track_system_variables",
    };
}
