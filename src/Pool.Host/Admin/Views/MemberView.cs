using Pool.Actors.Cluster.Membership;

namespace Pool.Host.Admin.Views;

/// <summary>A member of the cluster as it sees itself.</summary>
/// <param name="Role">What it does: up, draining or leaving.</param>
/// <param name="Slot">Its slot.</param>
/// <param name="Incarnation">Which life of it this is.</param>
/// <param name="PeerAddress">Where other nodes reach it.</param>
/// <param name="AdminAddress">Where operators reach it; null if it does not say.</param>
/// <param name="Release">The release that it runs.</param>
/// <param name="Protocol">The newest version of messages that it speaks.</param>
/// <param name="JoinedAt">When it joined.</param>
/// <param name="IsProven">It is certain that the others have not begun to treat it as lost.</param>
/// <param name="ViewVersion">The version of its view of the cluster.</param>
/// <param name="Members">How many members it sees.</param>
public sealed record MemberView(
    MemberRole Role, int Slot, string Incarnation, string PeerAddress, string? AdminAddress, string Release, int Protocol, DateTimeOffset JoinedAt,
    bool IsProven, long ViewVersion, int Members);
