using System.Collections.Concurrent;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Runtime;

namespace Pool.Actors.Cluster.Peers;

/// <summary>
/// The door for other nodes: lets in who proves to be a member of the cluster and means this node, and serves what it came for. A node that
/// is no member any more is cut off. Thread-safe.
/// </summary>
public sealed class PeerAdmission : IDisposable
{
    private readonly PeerServices _services;
    private readonly QuestionService _questions;
    private readonly Dictionary<string, IPipeService> _pipes;
    private readonly ConcurrentDictionary<Transport, PeerName> _open = new();
    private readonly CancellationTokenSource _stopped = new();
    private int _handshakes;

    /// <summary>Opens the door.</summary>
    /// <param name="services">What both directions share.</param>
    /// <param name="questions">Who answers questions; one for each kind.</param>
    /// <param name="pipes">Who serves streams; one for each purpose.</param>
    public PeerAdmission(PeerServices services, IEnumerable<IPeerService> questions, IEnumerable<IPipeService> pipes)
    {
        _services = services;
        _questions = new QuestionService(services, questions);
        _pipes = pipes.ToDictionary(p => p.Purpose, StringComparer.Ordinal);
        services.Membership.Changed += CutOffStrangers;
    }

    /// <summary>How many connections of other nodes are open.</summary>
    public int Count => _open.Count;

    /// <summary>Serves a stream that has just been accepted until it ends. Never throws.</summary>
    public async Task AdmitAsync(Transport transport)
    {
        try
        {
            if (await LetInAsync(transport) is var (channel, peer, purpose))
            {
                using (channel)
                {
                    await ServeAsync(channel, peer, purpose);
                }
            }
        }
        catch (Exception e)
        {
            // The one place where a fault of one connection must not end more than itself.
            PeerLog.ServeFailed(_services.Logger, e);
            transport.Abort();
        }
    }

    /// <summary>Lets nobody in any more, and cuts off who is in.</summary>
    public void Dispose()
    {
        _services.Membership.Changed -= CutOffStrangers;
        _stopped.Cancel();
        foreach (var transport in _open.Keys)
        {
            transport.Abort();
        }
    }

    private async ValueTask<(PacketChannel Channel, PeerName Peer, string Purpose)?> LetInAsync(Transport transport)
    {
        var (address, channel) = (transport.Peer, new PacketChannel(transport));
        try
        {
            if (Interlocked.Increment(ref _handshakes) > _services.Limits.MaxHandshakes || _open.Count >= _services.Limits.MaxConnections)
            {
                // In place of the challenge.
                channel.Sequence = 1;
                await channel.WriteAsync(PeerVerdict.Unproven(PeerFault.Busy).ToPacket());
                Note(address, null, PeerFault.Busy);
            }
            else
            {
                using var deadline = new CancellationTokenSource(_services.Limits.HandshakeTimeout, _services.Time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _stopped.Token);
                var (hello, verdict) = await ShakeHandsAsync(channel, either.Token);
                if (verdict.Fault == PeerFault.None && !either.IsCancellationRequested)
                {
                    return (channel, new PeerName(hello!.From, hello.FromIncarnation, verdict.Protocol), hello.Purpose);
                }

                Note(address, hello, deadline.IsCancellationRequested ? PeerFault.TimedOut : verdict.Fault);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _handshakes);
        }

        channel.Dispose();
        channel.Transport.Close();
        return null;
    }

    private async ValueTask<(PeerHello? Hello, PeerVerdict Verdict)> ShakeHandsAsync(PacketChannel channel, CancellationToken deadline)
    {
        using var abort = deadline.Register(channel.Transport.Abort);
        ReadOnlyMemory<byte> binding = default;
        if (_services.Encryption is { } encryption)
        {
            if (await encryption.AcceptAsync(channel.Transport, deadline) is not { } encrypted)
            {
                return (null, PeerVerdict.Unproven(PeerFault.Encryption));
            }

            (channel.Transport, binding) = (encrypted.Transport, encrypted.Binding);
        }

        return await AcceptorHandshake.RunAsync(channel, _services.Secret, binding, Judge);
    }

    // Of a dialer that has proved the secret: it may know why it is refused.
    private PeerVerdict Judge(PeerHello hello)
    {
        if (_services.Membership.View.Members.IsEmpty)
        {
            return new(PeerFault.Addressee, 0, "it has not joined yet");
        }

        var self = _services.Membership.Self;
        if (hello.Cluster != _services.Membership.Cluster)
        {
            return new(PeerFault.Cluster, 0, $"it belongs to cluster '{_services.Membership.Cluster}'");
        }

        if (hello.To != self.Name || hello.ToIncarnation != self.Incarnation)
        {
            return new(PeerFault.Addressee, 0, $"it is node '{self.Name}', incarnation {self.Incarnation}");
        }

        if (!_services.IsMember(hello.From, hello.FromIncarnation))
        {
            return new(PeerFault.UnknownNode, 0, $"it knows no member '{hello.From}', incarnation {hello.FromIncarnation}");
        }

        var protocol = Math.Min(hello.NewestProtocol, ClusterProtocol.Current);
        if (protocol < Math.Max(hello.OldestProtocol, ClusterProtocol.Oldest))
        {
            return new(PeerFault.Protocol, 0, $"it speaks protocols {ClusterProtocol.Oldest} to {ClusterProtocol.Current}");
        }

        var isServed = hello.Purpose == PeerPurpose.Questions || (PeerPurpose.OfPipe(hello.Purpose) is { } pipe && _pipes.ContainsKey(pipe));
        return isServed ? new(PeerFault.None, protocol, "") : new(PeerFault.Purpose, 0, $"it does not serve '{hello.Purpose}'");
    }

    private async ValueTask ServeAsync(PacketChannel channel, PeerName peer, string purpose)
    {
        var transport = channel.Transport;
        _services.Metrics.Accepted.Increment();
        _open[transport] = peer;
        try
        {
            // Both may have happened before it was in the table.
            if (_stopped.IsCancellationRequested || !_services.IsMember(peer.Name, peer.Incarnation))
            {
                return;
            }

            if (PeerPurpose.OfPipe(purpose) is { } pipe)
            {
                channel.Dispose();
                await _pipes[pipe].ServeAsync(peer, transport, _stopped.Token);
            }
            else
            {
                await _questions.ServeAsync(peer, channel, _stopped.Token);
            }
        }
        finally
        {
            _open.TryRemove(transport, out _);
            transport.Close();
        }
    }

    private void CutOffStrangers(ClusterView before, ClusterView after)
    {
        foreach (var (transport, peer) in _open)
        {
            if (!after.Members.TryGetValue(peer.Name, out var member) || member.Incarnation != peer.Incarnation)
            {
                transport.Abort();
            }
        }
    }

    private void Note(string address, PeerHello? hello, PeerFault fault)
    {
        _services.Metrics.Refused[fault.ToString()].Increment();
        if (hello is null)
        {
            PeerLog.NoHello(_services.Logger, address, fault);
        }
        else
        {
            PeerLog.Refused(_services.Logger, address, fault, hello.From, hello.FromIncarnation.ToString(), hello.Cluster);
        }
    }
}
