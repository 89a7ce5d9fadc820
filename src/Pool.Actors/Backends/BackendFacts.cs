using Pool.Wire.Replies;
using Pool.Wire.Statements;

namespace Pool.Actors.Backends;

/// <summary>What was learned of a server when it was checked: immutable, replaced as a whole when it is checked again.</summary>
/// <param name="Flavour">Whose server it is.</param>
/// <param name="VersionText">The version as its greeting says it.</param>
/// <param name="Collations">Its collations.</param>
/// <param name="LexerMode">How its statements are read: the flavour, and the global sql_mode.</param>
/// <param name="ResetRestoresHandshakeCollation">True if COM_RESET_CONNECTION gives the handshake's collation back (MariaDB), false if the server's default (MySQL).</param>
/// <param name="HasProcessKill">True if the server knows COM_PROCESS_KILL, which MySQL 9 does not any more.</param>
public sealed record BackendFacts(
    ServerFlavour Flavour,
    string VersionText,
    CollationCatalogue Collations,
    LexerMode LexerMode,
    bool ResetRestoresHandshakeCollation,
    bool HasProcessKill = true)
{
    /// <summary>The status flags of a session that has not run anything, as far as they can be told.</summary>
    public ServerStatus FirstStatus =>
        ServerStatus.Autocommit | ((LexerMode & LexerMode.NoBackslashEscapes) != 0 ? ServerStatus.NoBackslashEscapes : ServerStatus.None);
}
