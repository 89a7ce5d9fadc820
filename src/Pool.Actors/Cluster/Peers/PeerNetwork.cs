using System.Collections.Concurrent;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Runtime;

namespace Pool.Actors.Cluster.Peers;

/// <summary>This node's connections to the others: a few to each are kept for questions, pipes are their users' own. Thread-safe.</summary>
public sealed class PeerNetwork : IPeerNetwork, IDisposable
{
    private readonly PeerServices _services;
    private readonly PeerDialer _dialer;
    private readonly ConcurrentDictionary<(string Name, Incarnation Incarnation), PeerLine> _lines = new();

    /// <summary>Connects to nobody yet.</summary>
    public PeerNetwork(PeerServices services, IDialer dialer)
    {
        _services = services;
        _dialer = new PeerDialer(services, dialer);
        services.Membership.Changed += ForgetStrangers;
    }

    /// <inheritdoc/>
    public async ValueTask<PeerAnswer> AskAsync(Member peer, PeerQuestion question, CancellationToken cancel)
    {
        var packet = QuestionPacket.Question(question);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(packet.Length, PeerLimits.MaxQuestionBytes, nameof(question));
        var line = _lines.GetOrAdd((peer.Name, peer.Incarnation), _ => new PeerLine(_services.Limits.QuestionsPerPeer));
        var started = _services.Time.GetTimestamp();
        using var deadline = new CancellationTokenSource(question.Timeout, _services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        try
        {
            return await AskAsync(line, peer, packet, either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return Lost(peer, "did not answer in time");
        }
        finally
        {
            _services.Metrics.AskSeconds.Record(_services.Time.GetElapsedTime(started));
        }
    }

    /// <inheritdoc/>
    public async ValueTask<PeerPipe> OpenPipeAsync(Member peer, string purpose, CancellationToken cancel)
    {
        var (channel, failure) = await _dialer.DialAsync(peer, PeerPurpose.Pipe(purpose), cancel);
        channel?.Dispose();
        return new PeerPipe(channel?.Transport, failure);
    }

    /// <summary>Closes what is kept. Questions under way fail.</summary>
    public void Dispose()
    {
        _services.Membership.Changed -= ForgetStrangers;
        foreach (var line in _lines.Values)
        {
            line.Close();
        }
    }

    private async ValueTask<PeerAnswer> AskAsync(PeerLine line, Member peer, byte[] packet, CancellationToken deadline)
    {
        using var turn = await line.EnterAsync(deadline);
        var (channel, failure) = line.TakeIdle() is { } kept ? (kept, null) : await _dialer.DialAsync(peer, PeerPurpose.Questions, deadline);
        if (channel is null)
        {
            return new PeerAnswer(default, failure);
        }

        if (await ExchangeAsync(channel, peer, packet, deadline) is { } answer)
        {
            line.Keep(channel);
            return answer;
        }

        channel.Transport.Abort();
        channel.Dispose();
        deadline.ThrowIfCancellationRequested();
        return Lost(peer, "was lost before its answer came");
    }

    // Null if the connection is of no more use.
    private static async ValueTask<PeerAnswer?> ExchangeAsync(PacketChannel channel, Member peer, byte[] packet, CancellationToken deadline)
    {
        using var abort = deadline.Register(channel.Transport.Abort);
        channel.Sequence = 0;
        if (!await channel.WriteAsync(packet))
        {
            return null;
        }

        var read = await channel.ReadAsync(PeerLimits.MaxAnswerBytes);
        return read.Succeeded && channel.Leftover.IsEmpty ? QuestionPacket.ReadAnswer(read.Payload.Span, peer.Name) : null;
    }

    private PeerAnswer Lost(Member peer, string what)
    {
        var failure = $"node '{peer.Name}' at {peer.PeerAddress} {what}";
        _services.Metrics.Failed[PeerFault.Lost.ToString()].Increment();
        PeerLog.Failed(_services.Logger, peer.Name, failure);
        return new PeerAnswer(default, failure);
    }

    private void ForgetStrangers(ClusterView before, ClusterView after)
    {
        foreach (var key in _lines.Keys)
        {
            if ((!after.Members.TryGetValue(key.Name, out var member) || member.Incarnation != key.Incarnation) && _lines.TryRemove(key, out var line))
            {
                line.Close();
            }
        }
    }
}
