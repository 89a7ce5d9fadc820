using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Pool.Actors.Cluster.Peers;

/// <summary>
/// What the nodes of one cluster know, and prove to each other that they know: a key derived from the cluster's secret. It is never sent
/// and never shown. Immutable, thread-safe.
/// </summary>
public sealed class PeerSecret
{
    /// <summary>The fewest characters of a secret: whoever answers in a node's place sees a proof, and could try short ones at leisure.</summary>
    public const int MinLength = 16;

    private const int ProofBytes = HMACSHA256.HashSizeInBytes;

    // Makes each guess at a secret that people have thought up cost a tenth of a second. Part of the protocol: all nodes derive the same key.
    private const int Iterations = 200_000;
    private readonly byte[] _key;

    private PeerSecret(byte[] key) => _key = key;

    /// <summary>Derives the key, which takes a moment: once per process.</summary>
    public static PeerSecret From(string secret) =>
        new(Rfc2898DeriveBytes.Pbkdf2(secret, "pool peers 1"u8, Iterations, HashAlgorithmName.SHA256, ProofBytes));

    /// <inheritdoc/>
    public override string ToString() => "(secret)";

    /// <summary>Proves the secret for one handshake and one side of it.</summary>
    public byte[] Prove(PeerSide side, PeerTranscript transcript, ReadOnlySpan<byte> said = default)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        hmac.AppendData([(byte)side]);
        Append(hmac, transcript.Binding.Span);
        Append(hmac, transcript.Hello.Span);
        Append(hmac, transcript.Challenge.Span);
        Append(hmac, said);
        return hmac.GetHashAndReset();
    }

    /// <summary>True if that was proved.</summary>
    public bool Verify(ReadOnlySpan<byte> proof, PeerSide side, PeerTranscript transcript, ReadOnlySpan<byte> said = default) =>
        CryptographicOperations.FixedTimeEquals(proof, Prove(side, transcript, said));

    // With its length, so that no two transcripts are the same bytes.
    private static void Append(IncrementalHash hmac, ReadOnlySpan<byte> bytes)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        hmac.AppendData(length);
        hmac.AppendData(bytes);
    }
}

/// <summary>Whose proof it is: one side's is of no use as the other's.</summary>
public enum PeerSide : byte
{
    /// <summary>The node that connected.</summary>
    Dialer = 1,

    /// <summary>The node that was connected to.</summary>
    Acceptor = 2,
}

/// <summary>What a proof is bound to: everything that was said before it, and the encrypted channel that it was said in.</summary>
/// <param name="Hello">The dialer's packet, with its nonce.</param>
/// <param name="Challenge">The acceptor's packet, with its nonce.</param>
/// <param name="Binding">What tells the encrypted channel from any other; empty if there is none.</param>
public readonly record struct PeerTranscript(ReadOnlyMemory<byte> Hello, ReadOnlyMemory<byte> Challenge, ReadOnlyMemory<byte> Binding);
