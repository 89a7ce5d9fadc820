using System.CommandLine;
using Pool.Pbm.Cli;

namespace Pool.Pbm.Nodes;

/// <summary>pbm node list</summary>
internal static class NodeList
{
    private const string Description =
        """
        Lists the nodes with what they do and what they cost.

        Examples:
          pbm node list
          pbm node list --json | jq -r '.items[] | select(.role == "Draining") | .node'
        """;

    /// <summary>The command.</summary>
    public static Command Make(CommandContext context)
    {
        var command = new Command("list", Description);
        command.SetAction((parsed, cancel) => context.ListAsync(parsed, "/v1/nodes", [], NodeColumns.All, cancel));
        return command;
    }
}
