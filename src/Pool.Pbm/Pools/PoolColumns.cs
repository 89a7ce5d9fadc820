using Pool.Pbm.Output;

namespace Pool.Pbm.Pools;

/// <summary>How pools are shown.</summary>
internal static class PoolColumns
{
    /// <summary>The columns.</summary>
    public static readonly Column[] All =
    [
        Column.Text("NODE", "node"), Column.Text("POOL", "backend"), Column.Word("MODE", "mode"), Column.Whole("SHARE", "max"), Column.Whole("IDLE", "idle"),
        Column.Whole("LEASED", "leased"), Column.Whole("BORROWED", "borrowed"), Column.Whole("LENT", "lent"), Column.Whole("CONNECTING", "connecting"), Column.Whole("CLOSING", "closing"), Column.Whole("CONTROL", "control"),
        Column.Whole("PINNED", "pinned"), Column.Whole("WAITING", "waiting"), Column.Seconds("LONGEST", "longestWaitSeconds"),
        Column.Whole("LEASES", "leases"), Column.Whole("REPAINTS", "repaints"),
    ];
}
