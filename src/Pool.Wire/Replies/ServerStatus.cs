namespace Pool.Wire.Replies;

/// <summary>
/// The status flags of an OK or EOF packet.
/// <see href="https://dev.mysql.com/doc/dev/mysql-server/latest/mysql__com_8h.html"/>
/// </summary>
[Flags]
public enum ServerStatus : ushort
{
    /// <summary>None set.</summary>
    None = 0,

    /// <summary>A transaction is open.</summary>
    InTransaction = 0x0001,

    /// <summary>autocommit is on.</summary>
    Autocommit = 0x0002,

    /// <summary>Another result follows in the same reply.</summary>
    MoreResults = 0x0008,

    /// <summary>No good index was used.</summary>
    NoGoodIndexUsed = 0x0010,

    /// <summary>No index was used.</summary>
    NoIndexUsed = 0x0020,

    /// <summary>A cursor is open; rows come with COM_STMT_FETCH.</summary>
    CursorExists = 0x0040,

    /// <summary>The cursor's last row was sent.</summary>
    LastRowSent = 0x0080,

    /// <summary>A database was dropped.</summary>
    DatabaseDropped = 0x0100,

    /// <summary>sql_mode NO_BACKSLASH_ESCAPES is on.</summary>
    NoBackslashEscapes = 0x0200,

    /// <summary>A prepared statement's columns changed since its prepare.</summary>
    MetadataChanged = 0x0400,

    /// <summary>The query was slow.</summary>
    QueryWasSlow = 0x0800,

    /// <summary>The result set holds output parameters.</summary>
    OutParameters = 0x1000,

    /// <summary>The open transaction is read only.</summary>
    InReadOnlyTransaction = 0x2000,

    /// <summary>The packet carries session state changes.</summary>
    SessionStateChanged = 0x4000,

    /// <summary>MariaDB: sql_mode ANSI_QUOTES is on.</summary>
    AnsiQuotes = 0x8000,
}
