using System.CommandLine;
using Pool.Pbm.Cli;

namespace Pool.Pbm.Pools;

/// <summary>pbm pool list</summary>
internal static class PoolList
{
    private const string Description =
        """
        Lists the pools: one for each backend on each node. SHARE is the most connections that the node may have now; all shares of a
        backend together are never more than its MaxConnections, unless pbm pool resize let a node that is alone have more. LIMIT is what
        that command has limited the share to.

        Examples:
          pbm pool list
          pbm pool list --backend main --member pool-2
        """;

    /// <summary>The command.</summary>
    public static Command Make(CommandContext context)
    {
        var command = new Command("list", Description);
        var (backend, member) = (CommonOptions.Filter("backend", "Only this backend's.", "NAME"), CommonOptions.Member());
        command.Options.Add(backend);
        command.Options.Add(member);
        command.SetAction((parsed, cancel) => context.ListAsync(
            parsed, "/v1/pools", [new("backend", parsed.GetValue(backend)), new("node", parsed.GetValue(member))], PoolColumns.All, cancel));
        return command;
    }
}
