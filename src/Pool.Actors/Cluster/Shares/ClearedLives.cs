using System.Collections.Immutable;
using Pool.Actors.Cluster.Membership;

namespace Pool.Actors.Cluster.Shares;

/// <summary>
/// A node's word that lost ones have no connection any more that it has lent to them, and get no other: their users' places may be free when
/// their own connections have ended.
/// </summary>
/// <param name="V">The version of the record.</param>
/// <param name="Lost">The lost ones.</param>
internal sealed record ClearedLives(int V, ImmutableArray<Incarnation> Lost);
