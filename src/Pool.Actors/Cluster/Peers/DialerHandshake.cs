using Pool.Actors.Runtime;

namespace Pool.Actors.Cluster.Peers;

/// <summary>
/// The side of the node that connects. It proves the secret first: the other side is where the cluster's own records say, and at this end
/// of the line anybody may call.
/// <code>
/// dialer                                acceptor
///   hello (who, to whom, what for, nonce) ->
///                                     &lt;- challenge (nonce)
///   proof (of hello and challenge)        ->
///                                     &lt;- verdict, and proof (of hello, challenge and verdict)
/// </code>
/// </summary>
public static class DialerHandshake
{
    /// <summary>Runs it. The caller's deadline aborts the stream. Never throws for what the other side does.</summary>
    /// <param name="channel">The stream.</param>
    /// <param name="hello">Who is who.</param>
    /// <param name="secret">What both must know.</param>
    /// <param name="binding">What tells the encrypted channel from any other; empty if there is none.</param>
    public static async ValueTask<PeerVerdict> RunAsync(PacketChannel channel, PeerHello hello, PeerSecret secret, ReadOnlyMemory<byte> binding)
    {
        // Also where it cannot be sent: the other side may have said why before it closed.
        var said = hello.ToPacket();
        await channel.WriteAsync(said);
        var answer = await channel.ReadAsync(PeerHello.MaxPacketBytes);
        if (Failure(answer) is { } early)
        {
            return early;
        }

        if (!AcceptorHandshake.IsChallenge(answer.Payload.Span))
        {
            return Read(answer.Payload.Span, secret, new PeerTranscript(said, default, binding));
        }

        var transcript = new PeerTranscript(said, answer.Payload.ToArray(), binding);
        await channel.WriteAsync(secret.Prove(PeerSide.Dialer, transcript));
        answer = await channel.ReadAsync(PeerHello.MaxPacketBytes);
        return Failure(answer) ?? (channel.Leftover.IsEmpty ? Read(answer.Payload.Span, secret, transcript) : PeerVerdict.Unproven(PeerFault.Malformed));
    }

    private static PeerVerdict? Failure(PacketRead read) => read switch
    {
        { Succeeded: true } => null,
        { Ended: true } => PeerVerdict.Unproven(PeerFault.Lost),
        _ => PeerVerdict.Unproven(PeerFault.Malformed),
    };

    // Only that there is nothing to be had may be said without a proof: anybody can refuse to talk.
    private static PeerVerdict Read(ReadOnlySpan<byte> packet, PeerSecret secret, PeerTranscript transcript)
    {
        if (PeerVerdict.TryRead(packet, out var provedBytes) is not { } verdict)
        {
            return PeerVerdict.Unproven(PeerFault.Malformed);
        }

        if (secret.Verify(packet[provedBytes..], PeerSide.Acceptor, transcript, packet[..provedBytes]))
        {
            return verdict;
        }

        return PeerVerdict.Unproven(verdict.Fault == PeerFault.Busy ? PeerFault.Busy : PeerFault.Secret);
    }
}
