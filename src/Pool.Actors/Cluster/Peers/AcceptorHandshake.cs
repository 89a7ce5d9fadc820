using System.Security.Cryptography;
using Pool.Actors.Runtime;

namespace Pool.Actors.Cluster.Peers;

/// <summary>The side of the node that is connected to; see <see cref="DialerHandshake"/>.</summary>
public static class AcceptorHandshake
{
    private const byte ChallengeType = (byte)'C';

    /// <summary>Runs it. The caller's deadline aborts the stream. Never throws for what the other side does.</summary>
    /// <param name="channel">The stream.</param>
    /// <param name="secret">What both must know.</param>
    /// <param name="binding">What tells the encrypted channel from any other; empty if there is none.</param>
    /// <param name="judge">Decides about a dialer that has proved that it is of the cluster.</param>
    /// <returns>Who it claimed to be, null if it did not say it, and the verdict that it was told.</returns>
    public static async ValueTask<(PeerHello? Hello, PeerVerdict Verdict)> RunAsync(
        PacketChannel channel, PeerSecret secret, ReadOnlyMemory<byte> binding, Func<PeerHello, PeerVerdict> judge)
    {
        var first = await channel.ReadAsync(PeerHello.MaxPacketBytes);
        if (!first.Succeeded || PeerHello.TryRead(first.Payload.Span) is not { } hello)
        {
            // Whoever does not speak the protocol is told nothing.
            return (null, PeerVerdict.Unproven(first.Ended ? PeerFault.Lost : PeerFault.Malformed));
        }

        var said = first.Payload.ToArray();
        byte[] challenge = [ChallengeType, .. RandomNumberGenerator.GetBytes(PeerHello.NonceBytes)];
        if (!await channel.WriteAsync(challenge))
        {
            return (hello, PeerVerdict.Unproven(PeerFault.Lost));
        }

        var proof = await channel.ReadAsync(PeerHello.MaxPacketBytes);
        if (!proof.Succeeded || !channel.Leftover.IsEmpty)
        {
            return (hello, PeerVerdict.Unproven(proof.Ended ? PeerFault.Lost : PeerFault.Malformed));
        }

        var transcript = new PeerTranscript(said, challenge, binding);
        if (!secret.Verify(proof.Payload.Span, PeerSide.Dialer, transcript))
        {
            var refused = PeerVerdict.Unproven(PeerFault.Secret);
            await channel.WriteAsync(refused.ToPacket());
            return (hello, refused);
        }

        var verdict = judge(hello);
        var packet = verdict.ToPacket();
        var sent = await channel.WriteAsync((byte[])[.. packet, .. secret.Prove(PeerSide.Acceptor, transcript, packet)]);
        return (hello, sent ? verdict : PeerVerdict.Unproven(PeerFault.Lost));
    }

    /// <summary>True if the packet is a challenge.</summary>
    public static bool IsChallenge(ReadOnlySpan<byte> packet) => packet.Length == 1 + PeerHello.NonceBytes && packet[0] == ChallengeType;
}
