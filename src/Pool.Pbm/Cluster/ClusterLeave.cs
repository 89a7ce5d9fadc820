using System.CommandLine;
using Pool.Pbm.Api;
using Pool.Pbm.Cli;

namespace Pool.Pbm.Cluster;

/// <summary>pbm cluster leave</summary>
internal static class ClusterLeave
{
    private const string Description =
        """
        Has a member drain, give its connections back, leave the cluster and end, as SIGTERM does. What does not end by itself is cut off
        at the node's Shutdown:DrainTimeout. Without a name: the node that is asked.

        Examples:
          pbm cluster leave pool-3
          pbm cluster leave --node 10.0.0.7:6034 --yes
        """;

    /// <summary>The command.</summary>
    public static Command Make(CommandContext context)
    {
        var command = new Command("leave", Description);
        var member = new Argument<string?>("member") { Description = "The member's name.", Arity = ArgumentArity.ZeroOrOne };
        var yes = CommonOptions.Yes();
        command.Arguments.Add(member);
        command.Options.Add(yes);
        command.SetAction(async (parsed, cancel) =>
        {
            var name = parsed.GetValue(member);
            return await context.IsMeantAsync(parsed.GetValue(yes), $"End {name ?? "the node that is asked"}?", cancel)
                ? await context.DoAsync(
                    parsed, "/v1/cluster/leave", [new("node", name)], MemberColumns.Of(context.Environment.Time), cancel)
                : ExitCode.Failed;
        });
        return command;
    }
}
