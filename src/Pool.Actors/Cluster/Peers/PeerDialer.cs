using System.Globalization;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Runtime;

namespace Pool.Actors.Cluster.Peers;

/// <summary>Opens authenticated connections to other nodes. Thread-safe.</summary>
internal sealed class PeerDialer(PeerServices services, IDialer dialer)
{
    /// <summary>Connects and goes through the handshake; the channel is the caller's then. A null channel comes with what happened, which is logged and counted.</summary>
    public async ValueTask<(PacketChannel? Channel, string? Failure)> DialAsync(Member peer, string purpose, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(services.Limits.HandshakeTimeout, services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        var (channel, verdict) = await ConnectAsync(peer, purpose, either.Token);
        if (verdict.Fault == PeerFault.None && !either.IsCancellationRequested)
        {
            services.Metrics.Opened.Increment();
            return (channel, null);
        }

        channel?.Transport.Abort();
        channel?.Dispose();
        cancel.ThrowIfCancellationRequested();
        return (null, Note(peer, deadline.IsCancellationRequested ? PeerVerdict.Unproven(PeerFault.TimedOut) : verdict));
    }

    private async ValueTask<(PacketChannel? Channel, PeerVerdict Verdict)> ConnectAsync(Member peer, string purpose, CancellationToken deadline)
    {
        if (!TryReadAddress(peer.PeerAddress, out var host, out var port))
        {
            return (null, new PeerVerdict(PeerFault.Unreachable, 0, "its address cannot be understood"));
        }

        var dialled = await dialer.DialAsync(host, port, deadline);
        if (dialled.Transport is not { } transport)
        {
            return (null, new PeerVerdict(PeerFault.Unreachable, 0, dialled.Failure ?? ""));
        }

        using var abort = deadline.Register(transport.Abort);
        var channel = new PacketChannel(transport);
        ReadOnlyMemory<byte> binding = default;
        if (services.Encryption is { } encryption)
        {
            if (await encryption.ConnectAsync(transport, deadline) is not { } encrypted)
            {
                return (channel, PeerVerdict.Unproven(PeerFault.Encryption));
            }

            (channel.Transport, binding) = (encrypted.Transport, encrypted.Binding);
        }

        var self = services.Membership.Self;
        var hello = new PeerHello
        {
            Cluster = services.Membership.Cluster,
            From = self.Name,
            FromIncarnation = self.Incarnation,
            To = peer.Name,
            ToIncarnation = peer.Incarnation,
            Purpose = purpose,
        };
        return (channel, await DialerHandshake.RunAsync(channel, hello, services.Secret, binding));
    }

    private string Note(Member peer, PeerVerdict verdict)
    {
        var what = verdict.Fault switch
        {
            PeerFault.Secret => "the secrets of the two nodes differ",
            PeerFault.Cluster => "it refused: another cluster",
            PeerFault.Addressee => "it is not the node that was meant",
            PeerFault.UnknownNode => "it refused: this node is no member that it knows",
            PeerFault.Protocol => "it refused: the releases are too far apart",
            PeerFault.Purpose => "it refused: it does not serve this",
            PeerFault.Busy => "it refused: it has too many connections",
            PeerFault.Malformed => "what answers there is no node",
            PeerFault.TimedOut => "it did not answer in time",
            PeerFault.Encryption => "encryption could not be agreed on",
            PeerFault.Unreachable => "it cannot be reached",
            _ => "the connection was lost",
        };
        var detail = verdict.Detail.Length == 0 ? "" : $" ({verdict.Detail})";
        var failure = $"node '{peer.Name}' at {peer.PeerAddress}: {what}{detail}";
        services.Metrics.Failed[verdict.Fault.ToString()].Increment();
        PeerLog.Failed(services.Logger, peer.Name, failure);
        return failure;
    }

    private static bool TryReadAddress(string address, out string host, out int port)
    {
        var colon = address.LastIndexOf(':');
        host = colon > 0 ? address[..colon].TrimStart('[').TrimEnd(']') : "";
        port = 0;
        return host.Length > 0 && int.TryParse(address[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= ushort.MaxValue;
    }
}
