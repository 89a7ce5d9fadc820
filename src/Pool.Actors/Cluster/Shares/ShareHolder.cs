using System.Text.Json.Serialization;
using Pool.Actors.Cluster.Membership;

namespace Pool.Actors.Cluster.Shares;

/// <summary>What one life of a node holds of a backend's cap, and what it needs. Immutable.</summary>
/// <param name="Node">The node's name, for display.</param>
/// <param name="Incarnation">Which life of it: a node that was lost and came back is another holder.</param>
/// <param name="Share">The connections that it may have at the server, those for control included.</param>
/// <param name="Wanted">The share that would do for its clients now.</param>
public sealed record ShareHolder(string Node, Incarnation Incarnation, int Share, int Wanted)
{
    /// <summary>The epoch in which it let others go first; where there is less than one place for each, the lowest goes first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Turn { get; init; }
}
