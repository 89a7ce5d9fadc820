namespace Pool.Wire.Handshake;

/// <summary>
/// What two peers agree on when they connect. Bits 0-31 are MySQL's; MariaDB's extended ones (its greeting carries them where
/// MySQL has reserved bytes, and leaves <see cref="LongPassword"/> clear to say so) are kept in bits 32-63.
/// The effective set of a connection is what both sides said; clients set bits that nobody offered them.
/// <see href="https://dev.mysql.com/doc/dev/mysql-server/latest/group__group__cs__capabilities__flags.html"/>
/// <see href="https://mariadb.com/kb/en/connection/#capabilities"/>
/// </summary>
[Flags]
public enum Capabilities : ulong
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>MySQL's CLIENT_LONG_PASSWORD; MariaDB calls it CLIENT_MYSQL and leaves it clear when its extended bits are present.</summary>
    LongPassword = 1UL << 0,

    /// <summary>Affected rows are the found rows, not the changed ones. Cannot be changed after the handshake.</summary>
    FoundRows = 1UL << 1,

    /// <summary>Column flags of two bytes.</summary>
    LongFlag = 1UL << 2,

    /// <summary>The handshake response names a database.</summary>
    ConnectWithDatabase = 1UL << 3,

    /// <summary>`database.table.column` is refused.</summary>
    NoSchema = 1UL << 4,

    /// <summary>zlib compression.</summary>
    Compress = 1UL << 5,

    /// <summary>ODBC client; without effect.</summary>
    Odbc = 1UL << 6,

    /// <summary>The client can serve LOAD DATA LOCAL.</summary>
    LocalFiles = 1UL << 7,

    /// <summary>Spaces are allowed between a function name and its parenthesis (sql_mode IGNORE_SPACE).</summary>
    IgnoreSpace = 1UL << 8,

    /// <summary>The 4.1 protocol; the only one that is spoken here.</summary>
    Protocol41 = 1UL << 9,

    /// <summary>interactive_timeout holds instead of wait_timeout.</summary>
    Interactive = 1UL << 10,

    /// <summary>TLS after an SSL request packet.</summary>
    Ssl = 1UL << 11,

    /// <summary>SIGPIPE handling in the client library; without effect.</summary>
    IgnoreSigpipe = 1UL << 12,

    /// <summary>OK and EOF packets carry status flags.</summary>
    Transactions = 1UL << 13,

    /// <summary>Old name of <see cref="Protocol41"/>; without effect.</summary>
    Reserved = 1UL << 14,

    /// <summary>4.1 authentication: 20 bytes of scramble.</summary>
    SecureConnection = 1UL << 15,

    /// <summary>Several statements in one COM_QUERY.</summary>
    MultiStatements = 1UL << 16,

    /// <summary>Several results to a COM_QUERY.</summary>
    MultiResults = 1UL << 17,

    /// <summary>Several results to a COM_STMT_EXECUTE.</summary>
    PsMultiResults = 1UL << 18,

    /// <summary>The peers name the authentication plugin.</summary>
    PluginAuth = 1UL << 19,

    /// <summary>The client sends attributes (program name, ...).</summary>
    ConnectAttributes = 1UL << 20,

    /// <summary>The authentication response has a length-encoded length.</summary>
    PluginAuthLengthEncoded = 1UL << 21,

    /// <summary>The client can be told that its password expired.</summary>
    CanHandleExpiredPasswords = 1UL << 22,

    /// <summary>OK packets carry session state changes, and their text is length-encoded.</summary>
    SessionTrack = 1UL << 23,

    /// <summary>No EOF packets: an OK packet with header 0xFE ends a result set, nothing ends the column definitions.</summary>
    DeprecateEof = 1UL << 24,

    /// <summary>The client may do without column definitions; the result set header says whether they follow.</summary>
    OptionalResultsetMetadata = 1UL << 25,

    /// <summary>zstd compression.</summary>
    ZstdCompression = 1UL << 26,

    /// <summary>COM_QUERY and COM_STMT_EXECUTE carry query attributes.</summary>
    QueryAttributes = 1UL << 27,

    /// <summary>Several authentication factors.</summary>
    MultiFactorAuth = 1UL << 28,

    /// <summary>There are more flags than 32 (never set today).</summary>
    CapabilityExtension = 1UL << 29,

    /// <summary>The server certificate was verified; client library only.</summary>
    SslVerifyServerCert = 1UL << 30,

    /// <summary>Options survive a failed connect; client library only.</summary>
    RememberOptions = 1UL << 31,

    /// <summary>MariaDB: progress reports inside ERR packets.</summary>
    MariaDbProgress = 1UL << 32,

    /// <summary>MariaDB: COM_MULTI (withdrawn).</summary>
    MariaDbComMulti = 1UL << 33,

    /// <summary>MariaDB: COM_STMT_BULK_EXECUTE.</summary>
    MariaDbStmtBulkOperations = 1UL << 34,

    /// <summary>MariaDB: column definitions carry extended type information.</summary>
    MariaDbExtendedMetadata = 1UL << 35,

    /// <summary>MariaDB: column definitions are left out when they did not change since the prepare.</summary>
    MariaDbCacheMetadata = 1UL << 36,

    /// <summary>MariaDB: unit results of a bulk execute.</summary>
    MariaDbBulkUnitResults = 1UL << 37,
}
