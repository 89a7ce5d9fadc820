using Pool.Pbm.Output;

namespace Pool.Pbm.Nodes;

/// <summary>How nodes are shown.</summary>
internal static class NodeColumns
{
    /// <summary>The columns.</summary>
    public static readonly Column[] All =
    [
        Column.Text("NODE", "node"), Column.Word("ROLE", "role"), Column.Text("READINESS", "readiness"), Column.Whole("SLOT", "slot") with { IsMinor = true },
        Column.Seconds("UP", "upSeconds"), Column.Whole("SESSIONS", "sessions"), Column.Whole("CONNECTIONS", "connections"),
        Column.Whole("WAITING", "waiting"), Column.Mebibytes("MEM MiB", "memoryBytes") with { IsMinor = true },
        Column.Seconds("CPU", "cpuSeconds") with { IsMinor = true }, Column.Release("RELEASE", "release") with { IsMinor = true },
    ];
}
