namespace Pool.Actors.Settings;

/// <summary>
/// What a session needs a connection to carry, as far as it can be painted: a value, compared in full.
/// </summary>
/// <param name="Database">The current database, or null for none. A connection that has one can never go back to none.</param>
/// <param name="CollationId">The collation (and so character set) of the session, as the server's id for it; 0 for the server's default.</param>
/// <param name="IgnoreSpace">The client asked for CLIENT_IGNORE_SPACE: sql_mode has IGNORE_SPACE added.</param>
/// <param name="MultiStatements">The client asked for CLIENT_MULTI_STATEMENTS, or set the option later.</param>
/// <param name="NoNullCollationIds">
/// The client is MySQL Connector/NET: MariaDB adds NO_NULL_COLLATION_IDS to its old_mode when it logs in, and it cannot do without.
/// </param>
public sealed record SessionSettings(
    string? Database, ushort CollationId, bool IgnoreSpace, bool MultiStatements, bool NoNullCollationIds = false);
