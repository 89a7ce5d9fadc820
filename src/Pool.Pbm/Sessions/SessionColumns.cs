using Pool.Pbm.Output;

namespace Pool.Pbm.Sessions;

/// <summary>How sessions are shown.</summary>
internal static class SessionColumns
{
    /// <summary>The columns.</summary>
    public static Column[] Of(TimeProvider time) =>
    [
        Column.Whole("ID", "id"), Column.Text("NODE", "node"), Column.Text("USER", "user"), Column.Text("CLIENT", "client"), Column.Text("BACKEND", "backend"),
        Column.Text("DATABASE", "database"), Column.Text("STATE", "state"), Column.Since("SINCE", "since", time), Column.Text("STATEMENT", "statement"),
        Column.Text("PINNED", "pinned"),
    ];
}
