using System.Text.Json;
using Pool.Actors.Cluster.Peers;

namespace Pool.Actors.Cluster.Sessions;

/// <summary>Tells other nodes which sessions this one has.</summary>
public sealed class ProcessListService(LocalSessions local) : IPeerService
{
    /// <summary>The kind of its questions.</summary>
    public const string QuestionKind = "session.list";

    /// <inheritdoc/>
    public string Kind => QuestionKind;

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>> AnswerAsync(PeerName from, ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        var question = JsonSerializer.Deserialize(body.Span, SessionJson.Default.ListQuestion)!;
        var list = await local.ListAsync(question.User, cancel);
        return JsonSerializer.SerializeToUtf8Bytes(new ListAnswer { Rows = list.Rows }, SessionJson.Default.ListAnswer);
    }
}
