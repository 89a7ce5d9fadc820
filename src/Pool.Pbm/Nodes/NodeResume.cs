using System.CommandLine;
using Pool.Pbm.Cli;

namespace Pool.Pbm.Nodes;

/// <summary>pbm node resume</summary>
internal static class NodeResume
{
    private const string Description =
        """
        Has a node that drains take clients again. Sessions that have ended stay ended.

        Example:
          pbm node resume pool-3
        """;

    /// <summary>The command.</summary>
    public static Command Make(CommandContext context)
    {
        var command = new Command("resume", Description);
        var name = new Argument<string?>("name") { Description = "The node's name; without one, the node that is asked.", Arity = ArgumentArity.ZeroOrOne };
        command.Arguments.Add(name);
        command.SetAction((parsed, cancel) => context.DoAsync(parsed, "/v1/nodes/resume", [new("node", parsed.GetValue(name))], NodeColumns.All, cancel));
        return command;
    }
}
