using Pool.Actors.Runtime;

namespace Pool.Actors.Cluster.Peers;

/// <summary>
/// Encrypts connections between nodes. It need not authenticate anybody: both sides' proofs are bound to the channel, so that somebody in
/// the middle, who has one channel to each, cannot pass them on. Thread-safe; never throws for what the other side does.
/// </summary>
public interface IPeerEncryption
{
    /// <summary>Encrypts as the node that connected; null if it failed, and the plain stream is then of no more use.</summary>
    ValueTask<EncryptedPeer?> ConnectAsync(Transport plain, CancellationToken cancel);

    /// <summary>Encrypts as the node that was connected to; null if it failed, and the plain stream is then of no more use.</summary>
    ValueTask<EncryptedPeer?> AcceptAsync(Transport plain, CancellationToken cancel);
}

/// <summary>An encrypted stream to another node.</summary>
/// <param name="Transport">The stream, which owns the plain one.</param>
/// <param name="Binding">The same bytes at both ends of this channel, and at no end of any other.</param>
public sealed record EncryptedPeer(Transport Transport, ReadOnlyMemory<byte> Binding);
