using Pool.Actors.Cluster.Membership;

namespace Pool.Host.Admin.Views;

/// <summary>What a node is doing.</summary>
/// <param name="Role">What it does: up, draining or leaving.</param>
/// <param name="Readiness">What its /readyz says.</param>
/// <param name="Slot">Its slot.</param>
/// <param name="Release">The release that it runs.</param>
/// <param name="UpSeconds">How long it has run.</param>
/// <param name="Sessions">Sessions that are open.</param>
/// <param name="Connections">Backend connections, reserved ones and those that are closing included.</param>
/// <param name="Waiting">Statements in line for a connection.</param>
/// <param name="MemoryBytes">Resident memory.</param>
/// <param name="CpuSeconds">Processor time since its start, user and system.</param>
public sealed record NodeView(
    MemberRole Role, string Readiness, int Slot, string Release, double UpSeconds, int Sessions, int Connections, int Waiting, long MemoryBytes, double CpuSeconds);
