using System.CommandLine;
using Pool.Pbm.Cli;
using Pool.Pbm.Output;

namespace Pool.Pbm.Sharding;

/// <summary>pbm sharding slots</summary>
internal static class ShardingSlots
{
    private static readonly Column[] s_columns =
    [
        Column.Whole("SLOT", "slot"), Column.Text("NODE", "node"), Column.Word("ROLE", "role"), Column.Text("INCARNATION", "incarnation"),
        Column.Whole("FIRST ID", "firstId"), Column.Whole("LAST ID", "lastId"), Column.Whole("SESSIONS", "sessions"),
    ];

    private const string Description =
        """
        Shows which node owns which slot. A session's id says its slot in the upper 9 of its 31 bits, so that any node finds the owner.

        Example:
          pbm sharding slots
        """;

    /// <summary>The command.</summary>
    public static Command Make(CommandContext context)
    {
        var command = new Command("slots", Description);
        command.SetAction((parsed, cancel) => context.ListAsync(parsed, "/v1/slots", [], s_columns, cancel));
        return command;
    }
}
