using Pool.Pbm.Output;

namespace Pool.Pbm.Pools;

/// <summary>How pools are shown.</summary>
internal static class PoolColumns
{
    /// <summary>The columns.</summary>
    public static readonly Column[] All =
    [
        Column.Text("NODE", "node"), Column.Text("POOL", "backend"), Column.Word("MODE", "mode"), Column.Whole("SHARE", "max"), Minor("LIMIT", "limit"),
        Column.Whole("IDLE", "idle"), Column.Whole("LEASED", "leased"), Minor("BORROWED", "borrowed"), Minor("LENT", "lent"), Minor("CONNECTING", "connecting"),
        Minor("CLOSING", "closing"), Minor("CONTROL", "control"), Column.Whole("PINNED", "pinned"), Column.Whole("WAITING", "waiting"),
        Column.Seconds("LONGEST", "longestWaitSeconds"), Minor("LEASES", "leases"), Minor("REPAINTS", "repaints"),
    ];

    private static Column Minor(string title, string property) => Column.Whole(title, property) with { IsMinor = true };
}
