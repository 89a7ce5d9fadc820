using Pool.Actors.Cluster.Membership;
using Pool.Actors.Runtime;

namespace Pool.Actors.Cluster.Peers;

/// <summary>Answers one kind of questions of other nodes. Called from any thread, several at a time.</summary>
public interface IPeerService
{
    /// <summary>The kind of questions, see <see cref="PeerQuestion.Kind"/>.</summary>
    string Kind { get; }

    /// <summary>
    /// Answers a question of an authenticated peer, whose body is valid until then. What it throws ends the peer's wait with a failure that
    /// names the kind alone.
    /// </summary>
    ValueTask<ReadOnlyMemory<byte>> AnswerAsync(PeerName from, ReadOnlyMemory<byte> body, CancellationToken cancel);
}

/// <summary>Serves streams that other nodes open for one purpose.</summary>
public interface IPipeService
{
    /// <summary>The purpose, see <see cref="IPeerNetwork.OpenPipeAsync"/>.</summary>
    string Purpose { get; }

    /// <summary>Serves one stream until it ends; the stream is closed afterwards. Must not throw.</summary>
    Task ServeAsync(PeerName from, Transport pipe, CancellationToken cancel);
}

/// <summary>Who is at the other end, as it proved.</summary>
/// <param name="Name">The node's name.</param>
/// <param name="Incarnation">Which life of it.</param>
/// <param name="Protocol">The newest protocol that both speak.</param>
public readonly record struct PeerName(string Name, Incarnation Incarnation, int Protocol);
