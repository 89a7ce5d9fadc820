using System.Text.Json;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Cluster.Peers;
using Pool.Actors.Runtime;

namespace Pool.Actors.Cluster.Sessions;

/// <summary>Carries out the KILLs of other nodes' sessions, if this node owns the slot that they are meant for, in this life of it.</summary>
public sealed class SessionKillService(LocalSessions local, IMembership membership) : IPeerService
{
    /// <summary>The kind of its questions.</summary>
    public const string QuestionKind = "session.kill";

    /// <inheritdoc/>
    public string Kind => QuestionKind;

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>> AnswerAsync(PeerName from, ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        var question = JsonSerializer.Deserialize(body.Span, SessionJson.Default.KillQuestion)!;
        var id = new SessionId(question.Session);
        var self = membership.Self;
        var outcome = id.Slot == self.Slot && question.Owner == self.Incarnation.Value
            ? (await local.KillAsync(new SessionKill(id, question.Scope, question.User, question.CanKillOthers), cancel)).Outcome
            : KillOutcome.Unreachable;
        return JsonSerializer.SerializeToUtf8Bytes(new KillAnswer { Outcome = outcome }, SessionJson.Default.KillAnswer);
    }
}
