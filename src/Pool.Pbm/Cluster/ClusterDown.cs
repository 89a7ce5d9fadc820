using System.CommandLine;
using Pool.Pbm.Cli;

namespace Pool.Pbm.Cluster;

/// <summary>pbm cluster down</summary>
internal static class ClusterDown
{
    private const string Description =
        """
        Has all members leave at once: clients are told to go as their transactions end, and the whole cluster is gone. To restart a
        cluster without an interruption, have one member after the other leave and start it again.

        Example:
          pbm cluster down --yes
        """;

    /// <summary>The command.</summary>
    public static Command Make(CommandContext context)
    {
        var command = new Command("down", Description);
        var yes = CommonOptions.Yes();
        command.Options.Add(yes);
        command.SetAction(async (parsed, cancel) => await context.IsMeantAsync(parsed.GetValue(yes), "End the whole cluster?", cancel)
            ? await context.DoAsync(parsed, "/v1/cluster/down", [], MemberColumns.Of(context.Environment.Time), cancel)
            : ExitCode.Failed);
        return command;
    }
}
