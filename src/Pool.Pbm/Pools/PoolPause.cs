using System.CommandLine;
using Pool.Pbm.Cli;

namespace Pool.Pbm.Pools;

/// <summary>pbm pool pause</summary>
internal static class PoolPause
{
    private const string Description =
        """
        Has a pool grant no connection any more to those who do not hold one, on all nodes: statements stand in line, within their
        LeaseTimeout, until pbm pool resume. What runs goes on, and transactions come to their ends.

        Examples:
          pbm pool pause main
          pbm pool pause main --member pool-2 --yes
        """;

    /// <summary>The command.</summary>
    public static Command Make(CommandContext context)
    {
        var command = new Command("pause", Description);
        var (pool, member, yes) = (PoolArgument.Make(), CommonOptions.Member(), CommonOptions.Yes());
        command.Arguments.Add(pool);
        command.Options.Add(member);
        command.Options.Add(yes);
        command.SetAction(async (parsed, cancel) => await context.IsMeantAsync(parsed.GetValue(yes), $"Pause pool {parsed.GetValue(pool)}?", cancel)
            ? await context.DoAsync(
                parsed, PoolArgument.PathOf(parsed.GetRequiredValue(pool), "pause"), [new("node", parsed.GetValue(member))], PoolColumns.All, cancel)
            : ExitCode.Failed);
        return command;
    }
}
