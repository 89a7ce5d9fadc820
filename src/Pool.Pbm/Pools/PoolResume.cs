using System.CommandLine;
using Pool.Pbm.Cli;

namespace Pool.Pbm.Pools;

/// <summary>pbm pool resume</summary>
internal static class PoolResume
{
    private const string Description =
        """
        Takes back pbm pool pause and pbm backend drain: those in line are served.

        Example:
          pbm pool resume main
        """;

    /// <summary>The command.</summary>
    public static Command Make(CommandContext context)
    {
        var command = new Command("resume", Description);
        var (pool, member) = (PoolArgument.Make(), CommonOptions.Member());
        command.Arguments.Add(pool);
        command.Options.Add(member);
        command.SetAction((parsed, cancel) => context.DoAsync(
            parsed, PoolArgument.PathOf(parsed.GetRequiredValue(pool), "resume"), [new("node", parsed.GetValue(member))], PoolColumns.All, cancel));
        return command;
    }
}
