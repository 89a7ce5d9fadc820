using System.CommandLine;
using Pool.Pbm.Cli;

namespace Pool.Pbm.Cluster;

/// <summary>pbm cluster show</summary>
internal static class ClusterShow
{
    private const string Description =
        """
        Shows the members of the cluster as each of them sees itself. PROVEN: it is certain that the others have not begun to treat it as
        lost. SEES: how many members it sees; where numbers differ for long, nodes cannot reach etcd.

        Examples:
          pbm cluster show
          pbm cluster show --node 10.0.0.7:6034 --json
        """;

    /// <summary>The command.</summary>
    public static Command Make(CommandContext context)
    {
        var command = new Command("show", Description);
        command.SetAction(async (parsed, cancel) =>
        {
            using var client = context.Connect(parsed);
            var answer = await client.GetAsync("/v1/cluster", [], cancel);
            if (!context.WantsJson(parsed))
            {
                var all = answer.Items.Count + answer.Unreachable.Count + answer.Failed.Count;
                await context.Environment.Output.WriteLineAsync($"cluster {answer.Cluster}: {answer.Items.Count} of {all} members answer\n");
            }

            return context.Show(parsed, answer, MemberColumns.Of(context.Environment.Time));
        });
        return command;
    }
}
