using Pool.Actors.Backends;
using Pool.Actors.Sessions.Login;
using Pool.Actors.Settings;
using Pool.Wire.Handshake;

namespace Pool.Actors.Sessions;

/// <summary>What a client's handshake does to the settings of its session, as a server does it.</summary>
internal static class LoginSettings
{
    private static readonly KeyValuePair<string, string> s_connectorNet = new("_client_name", "mysql-connector-net");

    // sql_mode lists its modes in the order of their bits, these before IGNORE_SPACE.
    private static readonly string[] s_beforeIgnoreSpace = ["REAL_AS_FLOAT", "PIPES_AS_CONCAT", "ANSI_QUOTES"];

    /// <summary>The settings of a client that logs in now.</summary>
    public static SessionSettings Of(LoggedInClient client, string? database, BackendFacts facts, Baseline latest)
    {
        var settings = new SessionSettings(latest, database, client.Effective.HasFlag(Capabilities.MultiStatements));
        var asked = (ushort)client.CollationId;
        settings = facts.Collations.IsForClients(asked) ? WithCollation(settings, facts, asked) : WithServersCollation(settings, facts);
        if (!client.WasLoggedIn || facts.Flavour == ServerFlavour.MySql)
        {
            // MariaDB's COM_CHANGE_USER takes no notice of it.
            settings = WithIgnoreSpace(settings, client.Effective);
        }

        if (client.Effective.HasFlag(Capabilities.Interactive) && settings.Find("interactive_timeout") is { } timeout)
        {
            settings = settings.With("wait_timeout", timeout);
        }

        // Connector/NET cannot do without, and MariaDB knows it by its name.
        return facts.Flavour == ServerFlavour.MariaDb && client.Attributes.Contains(s_connectorNet) && settings.Find("old_mode") is { } old
            ? settings.With("old_mode", old.Length == 0 ? "NO_NULL_COLLATION_IDS" : old + ",NO_NULL_COLLATION_IDS")
            : settings;
    }

    /// <summary>The settings with the collation of a handshake, and its character set.</summary>
    public static SessionSettings WithCollation(SessionSettings settings, BackendFacts facts, ushort collationId) =>
        facts.Collations.Find(collationId) is not { } collation ? settings : settings
            .With("character_set_client", collation.CharacterSet)
            .With("character_set_results", collation.CharacterSet)
            .With("character_set_connection", collation.CharacterSet)
            .With("collation_connection", collation.Name)
            .With(VariableCatalogue.ResultsCollation, collation.Name);

    /// <summary>The settings with the collation that the server gives those who ask for none.</summary>
    public static SessionSettings WithServersCollation(SessionSettings settings, BackendFacts facts) =>
        WithCollation(settings, facts, facts.Collations.IdOf(settings.Find("collation_server")));

    /// <summary>The settings of a client with CLIENT_IGNORE_SPACE, which MySQL keeps to over a reset.</summary>
    public static SessionSettings WithIgnoreSpace(SessionSettings settings, Capabilities client) =>
        (client & Capabilities.IgnoreSpace) != 0 && settings.Find("sql_mode") is { } mode ? settings.With("sql_mode", WithIgnoreSpace(mode)) : settings;

    private static string WithIgnoreSpace(string sqlMode)
    {
        var modes = sqlMode.Split(',', StringSplitOptions.RemoveEmptyEntries).ToList();
        if (!modes.Contains("IGNORE_SPACE"))
        {
            modes.Insert(modes.Count(m => s_beforeIgnoreSpace.Contains(m)), "IGNORE_SPACE");
        }

        return string.Join(',', modes);
    }
}
