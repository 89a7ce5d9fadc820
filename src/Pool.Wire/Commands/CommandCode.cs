namespace Pool.Wire.Commands;

/// <summary>
/// The first byte of a command.
/// <see href="https://dev.mysql.com/doc/dev/mysql-server/latest/my__command_8h.html"/>
/// </summary>
public enum CommandCode : byte
{
    /// <summary>Internal to the server.</summary>
    Sleep = 0x00,

    /// <summary>The client leaves.</summary>
    Quit = 0x01,

    /// <summary>Change the current database.</summary>
    InitDb = 0x02,

    /// <summary>Execute a text statement.</summary>
    Query = 0x03,

    /// <summary>List the columns of a table.</summary>
    FieldList = 0x04,

    /// <summary>Withdrawn.</summary>
    CreateDb = 0x05,

    /// <summary>Withdrawn.</summary>
    DropDb = 0x06,

    /// <summary>FLUSH and RESET statements of old.</summary>
    Refresh = 0x07,

    /// <summary>Stop the server.</summary>
    Shutdown = 0x08,

    /// <summary>A line of text about the server.</summary>
    Statistics = 0x09,

    /// <summary>SHOW PROCESSLIST of old.</summary>
    ProcessInfo = 0x0A,

    /// <summary>Internal to the server.</summary>
    Connect = 0x0B,

    /// <summary>KILL of old.</summary>
    ProcessKill = 0x0C,

    /// <summary>Dump debug information.</summary>
    Debug = 0x0D,

    /// <summary>Is the server there?</summary>
    Ping = 0x0E,

    /// <summary>Internal to the server.</summary>
    Time = 0x0F,

    /// <summary>Internal to the server.</summary>
    DelayedInsert = 0x10,

    /// <summary>Authenticate again, as another user.</summary>
    ChangeUser = 0x11,

    /// <summary>Replication.</summary>
    BinlogDump = 0x12,

    /// <summary>Replication of old.</summary>
    TableDump = 0x13,

    /// <summary>Internal to the server.</summary>
    ConnectOut = 0x14,

    /// <summary>Replication.</summary>
    RegisterReplica = 0x15,

    /// <summary>Prepare a statement.</summary>
    StmtPrepare = 0x16,

    /// <summary>Execute a prepared statement.</summary>
    StmtExecute = 0x17,

    /// <summary>Send a part of a parameter ahead; has no reply.</summary>
    StmtSendLongData = 0x18,

    /// <summary>Forget a prepared statement; has no reply.</summary>
    StmtClose = 0x19,

    /// <summary>Forget long data and the cursor of a prepared statement.</summary>
    StmtReset = 0x1A,

    /// <summary>Multi-statements on or off.</summary>
    SetOption = 0x1B,

    /// <summary>Fetch rows from a cursor.</summary>
    StmtFetch = 0x1C,

    /// <summary>Internal to the server.</summary>
    Daemon = 0x1D,

    /// <summary>Replication by GTID.</summary>
    BinlogDumpGtid = 0x1E,

    /// <summary>Forget the session's state.</summary>
    ResetConnection = 0x1F,

    /// <summary>Clone plugin.</summary>
    Clone = 0x20,

    /// <summary>Group replication.</summary>
    SubscribeGroupReplicationStream = 0x21,

    /// <summary>MariaDB: execute a prepared statement for many rows of parameters.</summary>
    StmtBulkExecute = 0xFA,
}
