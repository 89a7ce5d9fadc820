using Pool.Pbm.Output;

namespace Pool.Pbm.Nodes;

/// <summary>How nodes are shown.</summary>
internal static class NodeColumns
{
    /// <summary>The columns.</summary>
    public static readonly Column[] All =
    [
        Column.Text("NODE", "node"), Column.Word("ROLE", "role"), Column.Text("READINESS", "readiness"), Column.Whole("SLOT", "slot"),
        Column.Seconds("UP", "upSeconds"), Column.Whole("SESSIONS", "sessions"), Column.Whole("CONNECTIONS", "connections"),
        Column.Whole("WAITING", "waiting"), Column.Mebibytes("MEM MiB", "memoryBytes"), Column.Seconds("CPU", "cpuSeconds"), Column.Release("RELEASE", "release"),
    ];
}
