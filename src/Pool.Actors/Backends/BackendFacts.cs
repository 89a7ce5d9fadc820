using Pool.Wire.Statements;

namespace Pool.Actors.Backends;

/// <summary>What was learned of a server when it was checked: immutable, replaced as a whole when it is checked again.</summary>
/// <param name="Flavour">Whose server it is.</param>
/// <param name="VersionText">The version as its greeting says it.</param>
/// <param name="Collations">Its collations.</param>
/// <param name="ResetRestoresHandshakeCollation">True if COM_RESET_CONNECTION gives the handshake's collation back (MariaDB), false if the server's default (MySQL).</param>
/// <param name="HasProcessKill">True if the server knows COM_PROCESS_KILL, which MySQL 9 does not any more.</param>
/// <param name="MaxPreparedStatements">max_prepared_stmt_count: how many prepared statements all its sessions may have together.</param>
public sealed record BackendFacts(
    ServerFlavour Flavour,
    string VersionText,
    CollationCatalogue Collations,
    bool ResetRestoresHandshakeCollation,
    bool HasProcessKill = true,
    int MaxPreparedStatements = 16_382)
{
    /// <summary>How its statements are read, whatever the session's settings.</summary>
    public LexerMode LexerMode => Flavour == ServerFlavour.MariaDb ? LexerMode.MariaDb : LexerMode.None;
}
