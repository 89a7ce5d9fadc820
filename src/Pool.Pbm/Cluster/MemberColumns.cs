using Pool.Pbm.Output;

namespace Pool.Pbm.Cluster;

/// <summary>How members are shown.</summary>
internal static class MemberColumns
{
    /// <summary>The columns.</summary>
    public static Column[] Of(TimeProvider time) =>
    [
        Column.Text("MEMBER", "node"), Column.Word("ROLE", "role"), Column.Whole("SLOT", "slot"), Column.Text("INCARNATION", "incarnation"),
        Column.Text("PEERS", "peerAddress"), Column.Text("ADMIN", "adminAddress"), Column.Release("RELEASE", "release"), Column.Whole("PROTOCOL", "protocol"),
        Column.Since("JOINED", "joinedAt", time), Column.Text("PROVEN", "isProven"), Column.Whole("SEES", "members"),
    ];
}
