using System.CommandLine;
using Pool.Pbm.Cli;
using Pool.Pbm.Output;

namespace Pool.Pbm.Cluster;

/// <summary>pbm cluster join-info</summary>
internal static class ClusterJoinInfo
{
    private const string Description =
        """
        Shows what the configuration of a further node has to say so that it joins this cluster. Secrets are not shown: where the asked
        node finds them is.

        Example:
          pbm cluster join-info --node 10.0.0.7:6034
        """;

    /// <summary>The command.</summary>
    public static Command Make(CommandContext context)
    {
        var command = new Command("join-info", Description);
        command.SetAction(async (parsed, cancel) =>
        {
            using var client = context.Connect(parsed);
            var answer = await client.GetAsync("/v1/cluster/join-info", [], cancel);
            if (context.WantsJson(parsed) || answer.Items is not [var info, ..])
            {
                return context.Show(parsed, answer, []);
            }

            ItemList.Write(context.Environment.Console, info);
            context.Tell(answer);
            return CommandContext.ExitCodeOf(answer);
        });
        return command;
    }
}
