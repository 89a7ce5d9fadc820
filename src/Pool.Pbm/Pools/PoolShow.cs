using System.CommandLine;
using Pool.Pbm.Cli;
using Pool.Pbm.Output;

namespace Pool.Pbm.Pools;

/// <summary>pbm pool show</summary>
internal static class PoolShow
{
    private static readonly Column[] s_columns =
    [
        Column.Text("NODE", "node"), Column.Whole("SLOT", "slot"), Column.Text("STATE", "state"), Column.Whole("THREAD", "threadId"),
        Column.Text("ACCOUNT", "account"), Column.Text("SETTINGS", "settings"), Column.Seconds("IDLE", "idleSeconds"), Column.Seconds("EXPIRES IN", "expiresInSeconds"),
    ];

    private const string Description =
        """
        Shows the connections of a pool, on all nodes. THREAD is what the server's process list calls it; SETTINGS is the digest that
        pbm settings top shows.

        Examples:
          pbm pool show main
          pbm pool show main --member pool-2 --json
        """;

    /// <summary>The command.</summary>
    public static Command Make(CommandContext context)
    {
        var command = new Command("show", Description);
        var (pool, member, limit) = (PoolArgument.Make(), CommonOptions.Member(), CommonOptions.Limit());
        command.Arguments.Add(pool);
        command.Options.Add(member);
        command.Options.Add(limit);
        command.SetAction((parsed, cancel) => context.ListAsync(
            parsed, PoolArgument.PathOf(parsed.GetRequiredValue(pool)), [new("node", parsed.GetValue(member)), new("limit", parsed.GetValue(limit))], s_columns, cancel));
        return command;
    }
}
