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

    /// <summary>SET ROLE.</summary>
    Role = 1 << 10,

    /// <summary>SET RESOURCE GROUP.</summary>
    ResourceGroup = 1 << 11,

    /// <summary>FLUSH TABLES WITH READ LOCK of everything, LOCK INSTANCE, BACKUP STAGE.</summary>
    GlobalLock = 1 << 12,

    /// <summary>XA.</summary>
    Xa = 1 << 13,

    /// <summary>SQL_CALC_FOUND_ROWS.</summary>
    CalcFoundRows = 1 << 14,

    /// <summary>LAST_INSERT_ID(expr), ON DUPLICATE KEY UPDATE: the OK packet does not tell the session's new value.</summary>
    MayChangeInsertId = 1 << 15,

    /// <summary>MariaDB sequences: the session remembers the last value that it drew.</summary>
    Sequences = 1 << 16,

    /// <summary>Anything else that may leave a trace, and everything that is not understood.</summary>
    OtherState = 1 << 17,

    /// <summary>LAST_INSERT_ID(), @@identity, @@last_insert_id.</summary>
    ReadsInsertId = 1 << 24,

    /// <summary>ROW_COUNT().</summary>
    ReadsRowCount = 1 << 25,

    /// <summary>FOUND_ROWS().</summary>
    ReadsFoundRows = 1 << 26,

    /// <summary>SHOW WARNINGS, SHOW ERRORS, GET DIAGNOSTICS, @@warning_count, @@error_count.</summary>
    ReadsDiagnostics = 1 << 27,

    /// <summary>CONNECTION_ID(), @@pseudo_thread_id.</summary>
    ReadsConnectionId = 1 << 28,

    /// <summary>KILL, also among several statements: its number means a session to the client, and another thread to the server.</summary>
    Kills = 1 << 29,

    /// <summary>All that touch.</summary>
    TouchesSession = (1 << 18) - 1,

    /// <summary>All that read.</summary>
    ReadsSession = ReadsInsertId | ReadsRowCount | ReadsFoundRows | ReadsDiagnostics | ReadsConnectionId,

    /// <summary>The text cannot be understood for certain: it may touch and read anything.</summary>
    Opaque = OtherState | ReadsSession,
}
