using System.CommandLine;
using Pool.Pbm.Cli;
using Pool.Pbm.Output;

namespace Pool.Pbm.Backends;

/// <summary>pbm backend list</summary>
internal static class BackendList
{
    private static readonly Column[] s_columns =
    [
        Column.Text("BACKEND", "backend"), Column.Text("ADDRESS", "address"), Column.Text("VERSION", "version"), Column.Word("MODE", "mode"),
        Column.Whole("CAP", "cap"), Column.Whole("SHARES", "share"), Column.Whole("CONNECTIONS", "connections"), Column.Whole("LEASED", "leased"),
        Column.Whole("WAITING", "waiting"), Column.Whole("SESSIONS", "sessions"), Column.Whole("NODES", "nodes"),
    ];

    private const string Description =
        """
        Lists the database servers with the connections of all nodes together. CAP is MaxConnections, which SHARES never exceed, unless
        pbm pool resize let a node that is alone have more.

        Example:
          pbm backend list
        """;

    /// <summary>The command.</summary>
    public static Command Make(CommandContext context)
    {
        var command = new Command("list", Description);
        command.SetAction((parsed, cancel) => context.ListAsync(parsed, "/v1/backends", [], s_columns, cancel));
        return command;
    }
}
