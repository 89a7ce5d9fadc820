using Microsoft.Extensions.Logging;
using Pool.Actors.Cluster.Membership;

namespace Pool.Actors.Cluster.Peers;

/// <summary>What both directions of a node's connections to its peers share.</summary>
/// <param name="Membership">Who this node is, and who the others are.</param>
/// <param name="Secret">What proves that a node is of the cluster.</param>
/// <param name="Limits">How long, how many, how large.</param>
/// <param name="Metrics">What is counted.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">Where it is logged.</param>
public sealed record PeerServices(
    IMembership Membership, PeerSecret Secret, PeerLimits Limits, PeerMetrics Metrics, TimeProvider Time, ILogger Logger)
{
    /// <summary>Encrypts the connections; null: they are plain. The same for all nodes of a cluster.</summary>
    public IPeerEncryption? Encryption { get; init; }

    /// <summary>True if the node is a member, in that life, as far as this node knows.</summary>
    internal bool IsMember(string name, Incarnation incarnation) =>
        Membership.View.Members.TryGetValue(name, out var member) && member.Incarnation == incarnation;
}

/// <summary>The limits of connections between nodes.</summary>
public sealed record PeerLimits
{
    /// <summary>The largest question, with its kind.</summary>
    public const int MaxQuestionBytes = (1024 * 1024) + 256;

    /// <summary>The largest answer, with its first byte.</summary>
    public const int MaxAnswerBytes = (64 * 1024 * 1024) + 1;

    /// <summary>How long connecting may take, the handshake included. 3 seconds: nodes of a cluster are near each other.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How many questions one node asks another at a time; more wait for their turn.</summary>
    public int QuestionsPerPeer { get; init; } = 4;

    /// <summary>How many connections that have not proved anything yet are served at a time.</summary>
    public int MaxHandshakes { get; init; } = 64;

    /// <summary>How many connections of other nodes are served at a time.</summary>
    public int MaxConnections { get; init; } = 8192;
}
