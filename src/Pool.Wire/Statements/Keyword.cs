namespace Pool.Wire.Statements;

/// <summary>
/// The words that some rule asks for, by their own names: <c>LastInsertId</c> is <c>LAST_INSERT_ID</c>. Everything else
/// is <see cref="None"/>.
/// </summary>
internal enum Keyword : byte
{
    None,

    // Verbs.
    Alter, Analyze, Backup, Begin, Binlog, Cache, Call, Change, Check, Checksum, Clone, Commit, Create, Deallocate, Delete, Desc,
    Describe, Do, Drop, Execute, Explain, Flush, Get, Grant, Handler, Help, Import, Insert, Install, Kill, Load, Lock, Optimize,
    Prepare, Purge, Release, Rename, Repair, Replace, Reset, Resignal, Restart, Revoke, Rollback, Savepoint, Select, Set, Show,
    Shutdown, Signal, Start, Stop, Table, Truncate, Uninstall, Unlock, Update, Use, Values, With, Xa,

    // Words inside statements.
    As, Authorization, Connection, Data, Default, Delayed, Duplicate, Errors, Event, Except, Export, For, From, Function, Global, Group, Hard,
    Having, Ignore, Instance, Intersect, Into, Limit, Local, LowPriority, Next, No, On, Order, Package, Password,
    Persist, PersistOnly, Previous, Procedure, Query, Read, Recursive, Resource, Returning, Role, Session, Soft, SqlCalcFoundRows,
    Statement, Tables, Temporary, To, Transaction, Trigger, Union, Value, Warnings, Where, Window, Work, Xml,
    Share, Variables, Processlist,
    All, Distinct, Distinctrow, HighPriority, SqlBigResult, SqlBufferResult, SqlCache, SqlNoCache, SqlSmallResult, StraightJoin,

    // Functions.
    ConnectionId, Currval, FoundRows, GetLock, IsUsedLock, LastInsertId, Lastval, Nextval, ReleaseAllLocks, ReleaseLock, RowCount,
    ServiceGetReadLocks, ServiceGetWriteLocks, ServiceReleaseLocks, Setval, VersionTokensLockExclusive, VersionTokensLockShared,
    VersionTokensUnlock,

    // Variables.
    CharacterSetDatabase, CollationDatabase, DefaultMasterConnection, ErrorCount, Identity, InsertId, LastGtid, PseudoThreadId, RandSeed1, RandSeed2,
    Timestamp, TransactionIsolation, TransactionReadOnly, TxIsolation, TxReadOnly, WarningCount,

    // Tables of variables; UserVariables is FLUSH's too.
    GlobalVariables, SessionVariables, SystemVariables, UserVariables, UserVariablesByThread, VariablesByThread, VariablesInfo,
}
