using System.CommandLine;
using System.Text.Json;
using Pool.Pbm.Cli;
using Pool.Pbm.Output;

namespace Pool.Pbm.Settings;

/// <summary>pbm settings top</summary>
internal static class SettingsTop
{
    private static readonly Column[] s_columns =
    [
        Column.Text("BACKEND", "backend"), Column.Text("SETTINGS", "settings"), Column.Whole("SESSIONS", "sessions"), Column.Whole("CONNECTIONS", "connections"),
        Column.Whole("WAITING", "waiting"), Column.Text("ACCOUNT", "account"), Column.Text("DATABASE", "database"), new("DIFFERENCES", Differences),
    ];

    private const string Description =
        """
        Shows the kinds of settings that sessions have, most used first: sessions of one kind share connections as they are, others need
        a repaint in between. DIFFERENCES are the variables that are not as the server has them.

        Examples:
          pbm settings top --limit 10
          pbm settings top --backend main --json
        """;

    /// <summary>The command.</summary>
    public static Command Make(CommandContext context)
    {
        var command = new Command("top", Description);
        var (backend, member) = (CommonOptions.Filter("backend", "Only this backend's.", "NAME"), CommonOptions.Member());
        var limit = Numbers.Option("--limit", least: 1, otherwise: 20);
        (limit.Description, limit.HelpName) = ("How many are shown at most.", "COUNT");
        command.Options.Add(backend);
        command.Options.Add(member);
        command.Options.Add(limit);
        command.SetAction((parsed, cancel) => context.ListAsync(
            parsed,
            "/v1/settings",
            [new("backend", parsed.GetValue(backend)), new("node", parsed.GetValue(member)), new("limit", parsed.GetValue(limit))],
            s_columns,
            cancel));
        return command;
    }

    private static string Differences(JsonElement item) =>
        item.TryGetProperty("differences", out var differences) && differences.ValueKind == JsonValueKind.Object
            ? string.Join(' ', differences.EnumerateObject().Select(d => $"{d.Name}={differences.Text(d.Name) ?? "NULL"}"))
            : "";
}
