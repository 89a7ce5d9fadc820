using System.Collections.Immutable;

namespace Pool.Actors.Cluster.Shares;

/// <summary>Server threads that a node has announced together, before any of them logged in. Stays when the node is lost.</summary>
/// <param name="V">The version of the record.</param>
/// <param name="Ids">The threads, by the server's numbers.</param>
/// <param name="Users">The server's user that each of them logs in as, in the same order; none in records of releases that did not say.</param>
internal sealed record ThreadBatch(int V, ImmutableArray<ulong> Ids, ImmutableArray<string> Users = default)
{
    /// <summary>Whom the thread at a place logs in as; null if the record does not say.</summary>
    public string? UserAt(int place) => Users.IsDefault || place >= Users.Length ? null : Users[place];
}
