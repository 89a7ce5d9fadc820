using System.Collections.Concurrent;
using Pool.Actors.Cluster.Peers;
using Pool.Actors.Runtime;

namespace Pool.Testing.Cluster;

/// <summary>Answers each question with its body, or as the test says; and sends back what comes over a pipe.</summary>
public sealed class EchoService(Func<ReadOnlyMemory<byte>, ValueTask<ReadOnlyMemory<byte>>>? answer = null) : IPeerService, IPipeService
{
    /// <summary>The kind and the purpose.</summary>
    public const string Name = "echo";

    /// <inheritdoc/>
    public string Kind => Name;

    /// <inheritdoc/>
    public string Purpose => Name;

    /// <summary>Who asked or opened a pipe.</summary>
    public ConcurrentQueue<PeerName> From { get; } = [];

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> AnswerAsync(PeerName from, ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        From.Enqueue(from);
        return answer is null ? ValueTask.FromResult<ReadOnlyMemory<byte>>(body.ToArray()) : answer(body);
    }

    /// <inheritdoc/>
    public async Task ServeAsync(PeerName from, Transport pipe, CancellationToken cancel)
    {
        From.Enqueue(from);
        var buffer = new byte[4096];
        int received;
        while ((received = await pipe.ReceiveAsync(buffer)) > 0 && await pipe.SendAsync(buffer.AsMemory(0, received)))
        {
        }
    }
}
