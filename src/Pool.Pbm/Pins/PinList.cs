using System.CommandLine;
using Pool.Pbm.Cli;
using Pool.Pbm.Output;

namespace Pool.Pbm.Pins;

/// <summary>pbm pin list</summary>
internal static class PinList
{
    private const string Description =
        """
        Lists the sessions that keep a connection because of state that cannot be moved to another, the longest first: why, since when,
        and with which statement that began (without its literals).

        Examples:
          pbm pin list
          pbm pin list --reason TemporaryTables --user report
        """;

    /// <summary>The command.</summary>
    public static Command Make(CommandContext context)
    {
        var command = new Command("list", Description);
        var (backend, user) = (CommonOptions.Filter("backend", "Only this backend's.", "NAME"), CommonOptions.Filter("user", "Only this client user's.", "NAME"));
        var reason = CommonOptions.Filter("reason", "Only for this reason, as the column REASONS has it.", "REASON");
        var (member, limit) = (CommonOptions.Member(), CommonOptions.Limit());
        foreach (var option in new Option[] { backend, user, reason, member, limit })
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancel) => context.ListAsync(
            parsed,
            "/v1/pins",
            [
                new("backend", parsed.GetValue(backend)), new("user", parsed.GetValue(user)), new("reason", parsed.GetValue(reason)),
                new("node", parsed.GetValue(member)), new("limit", parsed.GetValue(limit)),
            ],
            Columns(context.Environment.Time),
            cancel));
        return command;
    }

    private static Column[] Columns(TimeProvider time) =>
    [
        Column.Text("NODE", "node"), Column.Whole("SESSION", "session"), Column.Text("USER", "user"), Column.Text("CLIENT", "client"),
        Column.Text("BACKEND", "backend"), Column.Text("REASONS", "reasons"), Column.Since("FOR", "since", time), Column.Text("STATE", "state"),
        Column.Text("STATEMENT", "statement"),
    ];
}
