using Pool.Actors.Cluster.Membership;

namespace Pool.Host.Admin.Views;

/// <summary>A slot and who owns it.</summary>
/// <param name="Slot">The slot: session ids with this number in their upper bits are the owner's.</param>
/// <param name="Incarnation">Which life of the owner.</param>
/// <param name="Role">What the owner does.</param>
/// <param name="FirstId">The lowest id of its sessions that there can be.</param>
/// <param name="LastId">The highest.</param>
/// <param name="Sessions">Sessions that are open.</param>
public sealed record SlotView(int Slot, string Incarnation, MemberRole Role, uint FirstId, uint LastId, int Sessions);
