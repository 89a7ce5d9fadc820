namespace Pool.Wire.Replies;

/// <summary>What one packet of a reply is.</summary>
public enum PacketKind : byte
{
    /// <summary>More bytes of the packet are needed to tell.</summary>
    NeedMore,

    /// <summary>The packet cannot stand here.</summary>
    Fault,

    /// <summary>OK: a result without rows.</summary>
    Ok,

    /// <summary>ERR: the end of the reply.</summary>
    Err,

    /// <summary>The number of columns: a result set begins.</summary>
    ColumnCount,

    /// <summary>A column or parameter definition.</summary>
    Column,

    /// <summary>The last definition of its group.</summary>
    LastColumn,

    /// <summary>EOF after definitions; only without CLIENT_DEPRECATE_EOF.</summary>
    DefinitionsEnd,

    /// <summary>A row.</summary>
    Row,

    /// <summary>The end of the rows (OK with header 0xFE, or EOF), or of the columns of COM_FIELD_LIST.</summary>
    Terminator,

    /// <summary>The server asks for a file's bytes.</summary>
    InfileRequest,

    /// <summary>A statement has been prepared.</summary>
    PrepareOk,

    /// <summary>Text.</summary>
    Text,

    /// <summary>The packet carries on the payload of the one before.</summary>
    Continuation,
}
