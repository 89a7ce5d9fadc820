namespace Pool.Wire.Statements;

/// <summary>
/// What a statement may do to its session (touches) and what it may learn from it (reads). A bit that is set may be
/// wrong; a bit that is not set is certain, except that stored code (<see cref="Routine"/>, <see cref="UnknownFunction"/>)
/// and <see cref="TextPrepare"/> may do anything.
/// </summary>
[Flags]
public enum StatementTraits : uint
{
    /// <summary>Neither touches nor reads.</summary>
    None = 0,

    /// <summary>SET of a session variable, or of the character set.</summary>
    SetsVariables = 1 << 0,

    /// <summary>Mentions a user variable, or clears all of them.</summary>
    UserVariables = 1 << 1,

    /// <summary>Sets what holds for the next transaction only.</summary>
    TransactionCharacteristics = 1 << 2,

    /// <summary>Creates, alters or drops a temporary table by name of its kind.</summary>
    TemporaryTable = 1 << 3,

    /// <summary>LOCK TABLES, FLUSH TABLES WITH READ LOCK or FOR EXPORT.</summary>
    TableLocks = 1 << 4,

    /// <summary>GET_LOCK and its relatives, the releasing ones included.</summary>
    UserLocks = 1 << 5,

    /// <summary>HANDLER.</summary>
    Handler = 1 << 6,

    /// <summary>PREPARE, EXECUTE, DEALLOCATE.</summary>
    TextPrepare = 1 << 7,

    /// <summary>CALL.</summary>
    Routine = 1 << 8,

    /// <summary>Calls a function that is not built in: stored code, or a loadable function.</summary>
    UnknownFunction = 1 << 9,

    /// <summary>SET ROLE, SET SESSION AUTHORIZATION.</summary>
    Role = 1 << 10,

    /// <summary>SET RESOURCE GROUP.</summary>
    ResourceGroup = 1 << 11,

    /// <summary>LOCK INSTANCE, BACKUP STAGE.</summary>
    GlobalLock = 1 << 12,

    /// <summary>XA.</summary>
    Xa = 1 << 13,

    /// <summary>SQL_CALC_FOUND_ROWS.</summary>
    CalcFoundRows = 1 << 14,

    /// <summary>
    /// LAST_INSERT_ID(expr), ON DUPLICATE KEY UPDATE; LOAD DATA, ANALYZE and RETURNING among several statements: the OK packet does not tell
    /// the session's new value.
    /// </summary>
    MayChangeInsertId = 1 << 15,

    /// <summary>MariaDB sequences: the session remembers the last value that it drew.</summary>
    Sequences = 1 << 16,

    /// <summary>Anything else that may leave a trace, and everything that is not understood.</summary>
    OtherState = 1 << 17,

    /// <summary>SET of a global or persisted variable, RESET, INSTALL, UNINSTALL: what later sessions start with may be another.</summary>
    SetsGlobals = 1 << 18,

    /// <summary>CREATE, ALTER, DROP or RENAME of what is not temporary: routines, triggers and views may be others, or mean something else.</summary>
    DefinesObjects = 1 << 19,

    /// <summary>Mentions a system variable where it is not assigned, SHOW VARIABLES, or a table of variables.</summary>
    ReadsVariables = 1 << 20,

    /// <summary>Locks or writes although its verb reads: SELECT with INTO, FOR UPDATE, FOR SHARE or LOCK IN SHARE MODE; EXPLAIN ANALYZE.</summary>
    LocksOrWrites = 1 << 21,

    /// <summary>
    /// In place of <see cref="UserVariables"/>: the session that runs the statement knows all variables that it mentions. Never set by
    /// the lexer.
    /// </summary>
    FollowedUserVariables = 1 << 22,

    /// <summary>SET @@timestamp and its like, without a scope: a variable whose value belongs to its connection.</summary>
    SetsConnectionValue = 1 << 23,

    /// <summary>LAST_INSERT_ID(), @@identity, @@last_insert_id.</summary>
    ReadsInsertId = 1 << 24,

    /// <summary>ROW_COUNT().</summary>
    ReadsRowCount = 1 << 25,

    /// <summary>FOUND_ROWS().</summary>
    ReadsFoundRows = 1 << 26,

    /// <summary>SHOW WARNINGS, SHOW ERRORS, GET DIAGNOSTICS, @@warning_count, @@error_count.</summary>
    ReadsDiagnostics = 1 << 27,

    /// <summary>CONNECTION_ID(), @@pseudo_thread_id, @@last_gtid.</summary>
    ReadsConnectionId = 1 << 28,

    /// <summary>KILL, also among several statements: its number means a session to the client, and another thread to the server.</summary>
    Kills = 1 << 29,

    /// <summary>SHOW PROCESSLIST: threads to the server, sessions to the client.</summary>
    ListsProcesses = 1 << 30,

    /// <summary>SAVEPOINT: without a transaction, and without autocommit, it holds for the one that comes.</summary>
    Savepoint = 1u << 31,

    /// <summary>All that leave something in the session. What others may see of a statement does not belong to them.</summary>
    TouchesSession = ((1 << 18) - 1) | SetsConnectionValue,

    /// <summary>All that read.</summary>
    ReadsSession = ReadsInsertId | ReadsRowCount | ReadsFoundRows | ReadsDiagnostics | ReadsConnectionId,

    /// <summary>The text cannot be understood for certain: it may touch and read anything.</summary>
    Opaque = OtherState | SetsGlobals | DefinesObjects | ReadsVariables | LocksOrWrites | ReadsSession,
}
