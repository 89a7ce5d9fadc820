using Pool.Wire.Commands;

namespace Pool.Actors.Sessions;

/// <summary>What is done with a command.</summary>
internal enum CommandPlan : byte
{
    /// <summary>It is no command that any server has.</summary>
    Unknown,

    /// <summary>It has not the length that it must have. A server answers even those that have no reply, out of turn.</summary>
    Malformed,

    /// <summary>It is refused by name.</summary>
    Refuse,

    /// <summary>It goes to a backend.</summary>
    Forward,

    /// <summary>It goes to the backend if the session holds a connection; else the session answers it itself.</summary>
    ForwardIfHeld,

    /// <summary>The session deals with it itself.</summary>
    Own,
}

/// <summary>Which command is dealt with how.</summary>
internal static class CommandPlans
{
    /// <summary>The plan for a command as a client sent it.</summary>
    public static CommandPlan Of(CommandCode command, int payloadLength) => command switch
    {
        CommandCode.StmtClose when payloadLength != 5 => CommandPlan.Malformed,
        CommandCode.StmtSendLongData when payloadLength < 7 => CommandPlan.Malformed,
        CommandCode.SetOption when payloadLength != 3 => CommandPlan.Malformed,
        CommandCode.Query or CommandCode.InitDb or CommandCode.FieldList or CommandCode.Statistics
            or CommandCode.StmtPrepare or CommandCode.StmtExecute or CommandCode.StmtFetch or CommandCode.StmtReset
            or CommandCode.StmtBulkExecute => CommandPlan.Forward,
        CommandCode.Ping or CommandCode.SetOption or CommandCode.StmtClose or CommandCode.StmtSendLongData => CommandPlan.ForwardIfHeld,
        CommandCode.Quit or CommandCode.ResetConnection or CommandCode.ChangeUser or CommandCode.ProcessKill => CommandPlan.Own,
        CommandCode.Refresh or CommandCode.Shutdown or CommandCode.ProcessInfo or CommandCode.Debug or CommandCode.BinlogDump
            or CommandCode.TableDump or CommandCode.RegisterReplica or CommandCode.BinlogDumpGtid or CommandCode.Clone
            or CommandCode.SubscribeGroupReplicationStream => CommandPlan.Refuse,
        _ => CommandPlan.Unknown,
    };

    /// <summary>True if the command runs a statement: others only prepare it, or are about what it left or will need.</summary>
    public static bool Runs(CommandCode command) => command is CommandCode.Query or CommandCode.StmtExecute or CommandCode.StmtBulkExecute;

    /// <summary>True if the command, where it succeeds, leaves the warnings and errors of the statement before it.</summary>
    public static bool KeepsDiagnostics(CommandCode command) => command is CommandCode.Ping or CommandCode.SetOption or CommandCode.InitDb
        or CommandCode.FieldList or CommandCode.StmtReset or CommandCode.StmtFetch or CommandCode.Statistics or CommandCode.StmtClose or CommandCode.StmtSendLongData;

    /// <summary>The name of a refused command, for its error.</summary>
    public static string Name(CommandCode command) => command switch
    {
        CommandCode.Refresh => "COM_REFRESH",
        CommandCode.Shutdown => "COM_SHUTDOWN",
        CommandCode.ProcessInfo => "COM_PROCESS_INFO",
        CommandCode.Debug => "COM_DEBUG",
        CommandCode.BinlogDump => "COM_BINLOG_DUMP",
        CommandCode.TableDump => "COM_TABLE_DUMP",
        CommandCode.RegisterReplica => "COM_REGISTER_SLAVE",
        CommandCode.BinlogDumpGtid => "COM_BINLOG_DUMP_GTID",
        CommandCode.Clone => "COM_CLONE",
        _ => "COM_SUBSCRIBE_GROUP_REPLICATION_STREAM",
    };
}
