using Pool.Actors.Runtime;
using Pool.Wire;

namespace Pool.Actors.Cluster.Peers;

/// <summary>Answers the questions that come over one connection, one after the other.</summary>
internal sealed class QuestionService(PeerServices services, IEnumerable<IPeerService> answerers)
{
    private readonly Dictionary<string, IPeerService> _answerers = answerers.ToDictionary(a => a.Kind, StringComparer.Ordinal);

    /// <summary>Serves a peer until it leaves, does not keep to the protocol, or is no member any more.</summary>
    public async ValueTask ServeAsync(PeerName peer, PacketChannel channel, CancellationToken cancel)
    {
        while (true)
        {
            channel.Sequence = 0;
            var read = await channel.ReadAsync(PeerLimits.MaxQuestionBytes);
            if (!read.Succeeded || !channel.Leftover.IsEmpty || QuestionPacket.TryReadQuestion(read.Payload, out var kind, out var body) != WireFault.None)
            {
                return;
            }

            // Off the I/O thread: an answer may take some work.
            await Task.Yield();
            if (!services.IsMember(peer.Name, peer.Incarnation))
            {
                return;
            }

            var (answer, failure) = await AnswerAsync(peer, kind, body, cancel);
            channel.Queue(QuestionPacket.Answer(answer, failure));
            if (!await channel.FlushAsync())
            {
                return;
            }

            // Until the next question it needs no buffers.
            channel.Dispose();
        }
    }

    private async ValueTask<(ReadOnlyMemory<byte> Body, string? Failure)> AnswerAsync(
        PeerName peer, string kind, ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        if (!_answerers.TryGetValue(kind, out var answerer))
        {
            return (default, $"it does not answer questions of kind '{kind}'");
        }

        try
        {
            var answer = await answerer.AnswerAsync(peer, body, cancel);
            services.Metrics.Answered[kind].Increment();
            return answer.Length < PeerLimits.MaxAnswerBytes ? (answer, null) : (default, $"its answer to '{kind}' is too large");
        }
        catch (Exception e)
        {
            if (e is not OperationCanceledException)
            {
                PeerLog.AnswerFailed(services.Logger, kind, peer.Name, e);
            }

            return (default, $"it failed to answer '{kind}'");
        }
    }
}
