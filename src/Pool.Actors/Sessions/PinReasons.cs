namespace Pool.Actors.Sessions;

/// <summary>Why a session keeps its connection between statements.</summary>
[Flags]
public enum PinReasons : uint
{
    /// <summary>It does not.</summary>
    None = 0,

    /// <summary>A transaction is open. Not counted as a pin.</summary>
    Transaction = 1 << 0,

    /// <summary>Session variables were set that cannot be moved to another connection; in reserved mode, any.</summary>
    Variables = 1 << 1,

    /// <summary>User variables are in play.</summary>
    UserVariables = 1 << 2,

    /// <summary>SET TRANSACTION, or a SAVEPOINT without autocommit, holds for the next transaction.</summary>
    NextTransaction = 1 << 3,

    /// <summary>Temporary tables may exist.</summary>
    TemporaryTables = 1 << 4,

    /// <summary>Tables are locked.</summary>
    TableLocks = 1 << 5,

    /// <summary>GET_LOCK and its like.</summary>
    UserLocks = 1 << 6,

    /// <summary>HANDLER.</summary>
    Handler = 1 << 7,

    /// <summary>Binary prepared statements are open.</summary>
    PreparedStatements = 1 << 8,

    /// <summary>PREPARE as a statement.</summary>
    TextPrepare = 1 << 9,

    /// <summary>Stored code ran, of which nothing is known.</summary>
    StoredCode = 1 << 10,

    /// <summary>A role, a resource group or another account was set, which a reset does not undo.</summary>
    Role = 1 << 11,

    /// <summary>A lock on the whole server.</summary>
    GlobalLock = 1 << 12,

    /// <summary>An XA transaction.</summary>
    Xa = 1 << 13,

    /// <summary>SQL_CALC_FOUND_ROWS; until the next statement.</summary>
    FoundRows = 1 << 14,

    /// <summary>Warnings or an error, which the client may ask for; until the next statement.</summary>
    Diagnostics = 1 << 15,

    /// <summary>The server reported a change that the statement does not explain.</summary>
    StateChange = 1 << 16,

    /// <summary>The statement was not understood.</summary>
    Unknown = 1 << 17,

    /// <summary>More different settings are in use than can be kept apart.</summary>
    FingerprintLimit = 1 << 18,

    /// <summary>A variable was set whose value belongs to its connection: timestamp, insert_id, rand_seed1 and their like.</summary>
    ConnectionValue = 1 << 19,

    /// <summary>Parts of a parameter were sent ahead, for a prepared statement that has not been executed yet.</summary>
    LongData = 1 << 20,

    /// <summary>A cursor of a prepared statement is open.</summary>
    Cursor = 1 << 21,

    /// <summary>profiling or optimizer_trace was set: the connection may keep texts of statements.</summary>
    StatementTraces = 1 << 22,

    /// <summary>Those that only the next statement can ask for, and that are not worth a connection under pressure.</summary>
    Soft = FoundRows | Diagnostics,

    /// <summary>
    /// Those under which the connection is closed when the session is done with it. It may have what a reset keeps: a role, a resource group, another
    /// account, texts of statements. Or an XA transaction that is prepared, which outlives its connection, but not MariaDB's reset.
    /// </summary>
    ForNobodyElse = Role | TextPrepare | StoredCode | Unknown | StateChange | StatementTraces | Xa,
}
