using Pool.Actors.Cluster.Coordination;

namespace Pool.Actors.Cluster.Membership;

/// <summary>One life of this node in its cluster. Immutable.</summary>
/// <param name="Self">The node as the others see it.</param>
/// <param name="Lease">What the life lasts as long as.</param>
internal sealed record MemberLife(Member Self, ICoordinationLease Lease);
