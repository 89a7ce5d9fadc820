using Pool.Wire.Commands;

namespace Pool.Wire.Replies;

/// <summary>The grammar of a command's reply.</summary>
public enum ReplyShape : byte
{
    /// <summary>The command has no reply.</summary>
    None,

    /// <summary>OK or ERR.</summary>
    Acknowledgement,

    /// <summary>One or more results: OK, ERR, a result set, or a request for LOAD DATA LOCAL data.</summary>
    Results,

    /// <summary>The answer to COM_STMT_PREPARE.</summary>
    Prepare,

    /// <summary>Rows without column definitions, to COM_STMT_FETCH.</summary>
    Rows,

    /// <summary>Column definitions without a count, to COM_FIELD_LIST.</summary>
    Columns,

    /// <summary>One packet of text, to COM_STATISTICS; or ERR.</summary>
    Text,
}

/// <summary>Which command is answered how.</summary>
public static class ReplyShapes
{
    /// <summary>The shape of the reply to <paramref name="command"/>.</summary>
    public static ReplyShape Of(CommandCode command) => command switch
    {
        CommandCode.Query or CommandCode.StmtExecute or CommandCode.StmtBulkExecute => ReplyShape.Results,
        CommandCode.StmtPrepare => ReplyShape.Prepare,
        CommandCode.StmtFetch => ReplyShape.Rows,
        CommandCode.FieldList => ReplyShape.Columns,
        CommandCode.Statistics => ReplyShape.Text,
        CommandCode.StmtClose or CommandCode.StmtSendLongData or CommandCode.Quit => ReplyShape.None,
        _ => ReplyShape.Acknowledgement,
    };
}
