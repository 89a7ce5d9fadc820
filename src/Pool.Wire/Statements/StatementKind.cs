namespace Pool.Wire.Statements;

/// <summary>What a statement is, by its verb.</summary>
public enum StatementKind : byte
{
    /// <summary>Nothing but white space and comments.</summary>
    Empty,

    /// <summary>Not recognised, or not certain (a version comment that may or may not be code, an anonymous block).</summary>
    Unknown,

    /// <summary>SELECT, in parentheses or after WITH too.</summary>
    Select,

    /// <summary>TABLE t: all of a table.</summary>
    Table,

    /// <summary>VALUES ROW(..).</summary>
    Values,

    /// <summary>INSERT.</summary>
    Insert,

    /// <summary>REPLACE.</summary>
    Replace,

    /// <summary>UPDATE.</summary>
    Update,

    /// <summary>DELETE.</summary>
    Delete,

    /// <summary>SET in all its forms, SET STATEMENT .. FOR included.</summary>
    Set,

    /// <summary>BEGIN or START TRANSACTION.</summary>
    Begin,

    /// <summary>COMMIT.</summary>
    Commit,

    /// <summary>ROLLBACK of the whole transaction.</summary>
    Rollback,

    /// <summary>SAVEPOINT, RELEASE SAVEPOINT, ROLLBACK TO.</summary>
    Savepoint,

    /// <summary>USE.</summary>
    Use,

    /// <summary>SHOW.</summary>
    Show,

    /// <summary>EXPLAIN, DESCRIBE, DESC; EXPLAIN ANALYZE executes.</summary>
    Explain,

    /// <summary>ANALYZE TABLE, and MariaDB's ANALYZE of a statement, which executes it.</summary>
    Analyze,

    /// <summary>KILL; see <see cref="KillStatement"/>.</summary>
    Kill,

    /// <summary>CALL.</summary>
    Call,

    /// <summary>DO.</summary>
    Do,

    /// <summary>CREATE, ALTER, DROP, RENAME, whatever the object.</summary>
    Ddl,

    /// <summary>TRUNCATE.</summary>
    Truncate,

    /// <summary>GRANT or REVOKE.</summary>
    Grant,

    /// <summary>LOCK TABLES.</summary>
    LockTables,

    /// <summary>UNLOCK TABLES.</summary>
    UnlockTables,

    /// <summary>PREPARE: the text form.</summary>
    Prepare,

    /// <summary>EXECUTE, EXECUTE IMMEDIATE.</summary>
    Execute,

    /// <summary>DEALLOCATE PREPARE, DROP PREPARE.</summary>
    Deallocate,

    /// <summary>HANDLER.</summary>
    Handler,

    /// <summary>LOAD DATA, LOAD XML.</summary>
    LoadData,

    /// <summary>FLUSH.</summary>
    Flush,

    /// <summary>XA.</summary>
    Xa,

    /// <summary>GET DIAGNOSTICS.</summary>
    GetDiagnostics,

    /// <summary>SIGNAL, RESIGNAL.</summary>
    Signal,

    /// <summary>What administers the server and not the session: RESET, PURGE, START REPLICA, CHECK TABLE, ...</summary>
    Admin,

    /// <summary>More than one statement; the traits are those of all.</summary>
    Multi,
}
