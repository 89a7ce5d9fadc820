using System.CommandLine;
using Pool.Pbm.Cli;
using Pool.Pbm.Output;

namespace Pool.Pbm.Leases;

/// <summary>pbm lease list</summary>
internal static class LeaseList
{
    private static readonly Column[] s_columns =
    [
        Column.Text("NODE", "node"), Column.Whole("SESSION", "session"), Column.Text("USER", "user"), Column.Text("BACKEND", "backend"),
        Column.Whole("THREAD", "threadId"), Column.Text("STATE", "state"), Column.Text("STATEMENT", "statement"), Column.Seconds("RUNS FOR", "runsForSeconds"),
        Column.Text("HELD", "held"),
    ];

    private const string Description =
        """
        Lists the sessions that use a backend connection now: one for each statement that runs, each open transaction, each pin. THREAD
        is what the server's process list calls the connection.

        Examples:
          pbm lease list --backend main
          pbm lease list --user app --json
        """;

    /// <summary>The command.</summary>
    public static Command Make(CommandContext context)
    {
        var command = new Command("list", Description);
        var (backend, user) = (CommonOptions.Filter("backend", "Only this backend's.", "NAME"), CommonOptions.Filter("user", "Only this client user's.", "NAME"));
        var (member, limit) = (CommonOptions.Member(), CommonOptions.Limit());
        foreach (var option in new Option[] { backend, user, member, limit })
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancel) => context.ListAsync(
            parsed,
            "/v1/leases",
            [
                new("backend", parsed.GetValue(backend)), new("user", parsed.GetValue(user)), new("node", parsed.GetValue(member)),
                new("limit", parsed.GetValue(limit)),
            ],
            s_columns,
            cancel));
        return command;
    }
}
