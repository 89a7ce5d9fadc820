using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Cluster.Peers;

namespace Pool.Actors.Cluster.Sessions;

/// <summary>
/// The sessions of all nodes of a cluster. A session is found by its slot: the members' view says who owns it, and the owner decides. What
/// this node knows itself it does without asking.
/// </summary>
public sealed class ClusterSessions : ISessionDirectory
{
    // Who looks for what is wrong would rather see a part in time than all of it late.
    private static readonly TimeSpan s_listPatience = TimeSpan.FromSeconds(3);

    private readonly LocalSessions _local;
    private readonly IMembership _membership;
    private readonly IPeerNetwork _peers;
    private readonly TimeProvider _time;

    /// <summary>The slots of members that were lost while this node looked, until others have them.</summary>
    private ImmutableDictionary<int, Member> _lost = ImmutableDictionary<int, Member>.Empty;

    /// <summary>Reaches the sessions of all nodes.</summary>
    /// <param name="local">Those of this one.</param>
    /// <param name="membership">Who owns which slot.</param>
    /// <param name="peers">The way to the others.</param>
    /// <param name="time">The clock.</param>
    public ClusterSessions(LocalSessions local, IMembership membership, IPeerNetwork peers, TimeProvider time)
    {
        (_local, _membership, _peers, _time) = (local, membership, peers, time);
        membership.Changed += NoteLost;
    }

    /// <inheritdoc/>
    public async ValueTask<KillResult> KillAsync(SessionKill kill, CancellationToken cancel)
    {
        // Also a session from before this node was lost, and came back with another slot.
        var here = await _local.KillAsync(kill, cancel);
        var slot = kill.Session.Slot;
        var owner = _membership.View.OwnerOf(slot);
        if (here.Outcome != KillOutcome.NoSuchSession || (owner ?? Volatile.Read(ref _lost).GetValueOrDefault(slot)) is not { } last || last.Name == _membership.Self.Name)
        {
            return here;
        }

        if (owner is null)
        {
            return new KillResult(KillOutcome.Lost, last.Name);
        }

        var question = new KillQuestion
        {
            Session = kill.Session.Value,
            Owner = owner.Incarnation.Value,
            Scope = kill.Scope,
            User = kill.User,
            CanKillOthers = kill.CanKillOthers,
        };
        var answer = await AskAsync(owner, SessionKillService.QuestionKind, question, SessionJson.Default.KillQuestion, SessionJson.Default.KillAnswer, cancel);
        return answer is null or { Outcome: KillOutcome.Unreachable } ? new KillResult(KillOutcome.Unreachable, owner.Name) : new KillResult(answer.Outcome);
    }

    /// <inheritdoc/>
    public async ValueTask<ProcessList> ListAsync(string? user, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(s_listPatience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        var others = _membership.View.Members.Values.Where(m => m.Name != _membership.Self.Name).ToList();
        var asked = others.Select(m => ListAsync(m, user, either.Token)).ToList();
        var rows = (await _local.ListAsync(user, cancel)).Rows;
        var answers = await Task.WhenAll(asked);
        cancel.ThrowIfCancellationRequested();
        return new ProcessList(
            [.. answers.OfType<ListAnswer>().SelectMany(a => a.Rows).Concat(rows).OrderBy(r => r.Id)],
            [.. others.Zip(answers).Where(a => a.Second is null).Select(a => a.First.Name)]);
    }

    private void NoteLost(ClusterView before, ClusterView after)
    {
        var lost = ClusterDifference.Between(before, after).Gone.Where(m => m.Role != MemberRole.Leaving).ToDictionary(m => m.Slot);
        Volatile.Write(ref _lost, _lost.SetItems(lost).RemoveRange(after.Members.Values.Select(m => m.Slot)));
    }

    private async Task<ListAnswer?> ListAsync(Member member, string? user, CancellationToken cancel)
    {
        try
        {
            return await AskAsync(
                member, ProcessListService.QuestionKind, new ListQuestion { User = user }, SessionJson.Default.ListQuestion, SessionJson.Default.ListAnswer, cancel);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    // Null if there is no answer, or none that can be understood.
    private async ValueTask<TAnswer?> AskAsync<TQuestion, TAnswer>(
        Member member, string kind, TQuestion question, JsonTypeInfo<TQuestion> questionType, JsonTypeInfo<TAnswer> answerType, CancellationToken cancel)
        where TAnswer : class
    {
        var answer = await _peers.AskAsync(member, new PeerQuestion(kind, JsonSerializer.SerializeToUtf8Bytes(question, questionType)), cancel);
        try
        {
            return answer.Failure is null ? JsonSerializer.Deserialize(answer.Body.Span, answerType) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
