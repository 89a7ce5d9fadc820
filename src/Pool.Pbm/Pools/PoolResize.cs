using System.CommandLine;
using Pool.Pbm.Cli;

namespace Pool.Pbm.Pools;

/// <summary>pbm pool resize</summary>
internal static class PoolResize
{
    private const string Description =
        """
        Changes how many connections a node's pool may have, reserved ones included, until the node is started anew; on all nodes, or one.
        In a cluster a node never has more than its share of the cap either way. A node that is alone has as many as this says, also more
        than MaxConnections, until a reload changes that. 4096 at most, or MaxConnections. Fewer are reached as connections come back.

        Examples:
          pbm pool resize main 80
          pbm pool resize main 20 --yes
        """;

    /// <summary>The command.</summary>
    public static Command Make(CommandContext context)
    {
        var command = new Command("resize", Description);
        var (pool, member, yes) = (PoolArgument.Make(), CommonOptions.Member(), CommonOptions.Yes());
        var connections = Numbers.Argument("connections");
        connections.Description = "The most connections.";
        command.Arguments.Add(pool);
        command.Arguments.Add(connections);
        command.Options.Add(member);
        command.Options.Add(yes);
        command.SetAction(async (parsed, cancel) =>
        {
            var (name, count) = (parsed.GetRequiredValue(pool), parsed.GetValue(connections));
            return await context.IsMeantAsync(parsed.GetValue(yes), $"Let pool {name} have {count} connections?", cancel)
                ? await context.DoAsync(
                    parsed, PoolArgument.PathOf(name, "resize"), [new("connections", count), new("node", parsed.GetValue(member))], PoolColumns.All, cancel)
                : ExitCode.Failed;
        });
        return command;
    }
}
