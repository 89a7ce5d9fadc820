using Pool.Actors.Cluster.Membership;
using Pool.Actors.Runtime;

namespace Pool.Actors.Cluster.Peers;

/// <summary>
/// How a node reaches the others of its cluster, over authenticated connections. Thread-safe. Never throws for what a network or a peer
/// does, but for <see cref="OperationCanceledException"/>.
/// </summary>
public interface IPeerNetwork
{
    /// <summary>Asks a member and waits for its answer. A question may have been acted on even if no answer came.</summary>
    ValueTask<PeerAnswer> AskAsync(Member peer, PeerQuestion question, CancellationToken cancel);

    /// <summary>
    /// Opens a stream to a member for one purpose, which is the caller's own from then on: whoever serves that purpose there has the other
    /// end. The side that opened it must speak first. The far end is cut off when this node is no member any more as the other sees it; that
    /// the other is none any more is for the caller to watch.
    /// </summary>
    ValueTask<PeerPipe> OpenPipeAsync(Member peer, string purpose, CancellationToken cancel);
}

/// <summary>A message between nodes. Control only: rare and small.</summary>
/// <param name="Kind">Who answers it there ("session.kill", "admin").</param>
/// <param name="Body">What the kind says it is, UTF-8 JSON by convention; 1 MiB at most.</param>
public sealed record PeerQuestion(string Kind, ReadOnlyMemory<byte> Body)
{
    /// <summary>How long the answer may take, connecting included. 10 seconds: longer than what a node usually does to answer one.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>The answer to a question, or why there is none.</summary>
/// <param name="Body">The answer, up to 64 MiB; empty on failure.</param>
/// <param name="Failure">What happened with which node, for operators, without secrets; null on success.</param>
public sealed record PeerAnswer(ReadOnlyMemory<byte> Body, string? Failure);

/// <summary>A stream to another node, or why there is none.</summary>
/// <param name="Transport">The stream; null on failure.</param>
/// <param name="Failure">What happened with which node; null on success.</param>
public sealed record PeerPipe(Transport? Transport, string? Failure);
