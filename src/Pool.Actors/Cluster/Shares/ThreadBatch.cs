using System.Collections.Immutable;

namespace Pool.Actors.Cluster.Shares;

/// <summary>Server threads that a node has announced together, before any of them logged in. Stays when the node is lost.</summary>
/// <param name="V">The version of the record.</param>
/// <param name="Ids">The threads, by the server's numbers.</param>
internal sealed record ThreadBatch(int V, ImmutableArray<ulong> Ids);
