using System.Text.Json.Nodes;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Cluster.Peers;
using Pool.Actors.Runtime;

namespace Pool.Host.Admin.Api;

/// <summary>
/// Answers operators for the whole cluster: asks the members that a request is about, this node among them, and makes one answer of
/// theirs. Who could not be reached, or failed, is in the answer by name. Thread-safe.
/// </summary>
/// <param name="local">What this node answers.</param>
/// <param name="membership">Who the members are.</param>
/// <param name="peers">How the others are reached; null for a node alone.</param>
/// <param name="joining">What keeps the node from being a member for the first time; null once it was one.</param>
/// <param name="metrics">Where requests are counted.</param>
/// <param name="time">Its clock.</param>
public sealed class AdminFront(AdminApi local, IMembership membership, IPeerNetwork? peers, Func<string?> joining, AdminMetrics metrics, TimeProvider time)
{
    // Whoever looks around wants to know soon that a member is not there; a KILL waits for a server.
    private static readonly TimeSpan s_patienceToLook = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_patienceToAct = TimeSpan.FromSeconds(12);

    /// <summary>Where requests are counted.</summary>
    public AdminMetrics Metrics => metrics;

    /// <summary>Answers a request. Never throws for what a request or a member does.</summary>
    public async ValueTask<AdminReply> AnswerAsync(AdminRequest request, CancellationToken cancel)
    {
        AdminReply reply;
        try
        {
            var (route, arguments) = local.Find(request);
            var members = Find(route.Reach, arguments);
            var answers = await Task.WhenAll(members.Select(m => AskAsync(m, request, cancel)));
            reply = Merge(route, arguments, answers);
        }
        catch (AdminRefusedException refused)
        {
            reply = refused.Reply;
        }

        metrics.Count(request.Method, reply);
        return reply;
    }

    private IReadOnlyList<Member> Find(AdminReach reach, AdminArguments arguments)
    {
        if (joining() is { } obstacle)
        {
            throw AdminRefusedException.NotJoined(obstacle);
        }

        // A node that was lost is still there for those who ask it, until it is a member again.
        var self = membership.Self;
        var members = membership.View.Members;
        members = members.ContainsKey(self.Name) ? members : members.Add(self.Name, self);
        if (reach == AdminReach.SessionOwner)
        {
            var id = new SessionId((uint)arguments.Whole("id", 1, int.MaxValue)!);
            return membership.View.OwnerOf(id.Slot) is { } owner
                ? [owner]
                : throw AdminRefusedException.NotFound($"no member owns slot {id.Slot}, where session {id} would be", "pbm session list shows who is there");
        }

        return arguments.Text(AdminApi.Node) switch
        {
            { } name when members.TryGetValue(name, out var member) => [member],
            { } name => throw AdminRefusedException.NotFound($"{name} is no member", $"members are: {string.Join(", ", members.Keys)}"),
            null when reach == AdminReach.OneMember => [self],
            null => [.. members.Values],
        };
    }

    private async Task<Answer> AskAsync(Member member, AdminRequest request, CancellationToken cancel)
    {
        if (member.Name == membership.Self.Name)
        {
            try
            {
                return new Answer(member, await local.AnswerAsync(request, cancel), null);
            }
            catch (AdminRefusedException refused)
            {
                return new Answer(member, refused.Reply, null);
            }
        }

        if (peers is null)
        {
            return new Answer(member, null, "this node has no way to other nodes");
        }

        var patience = request.Method == "GET" ? s_patienceToLook : s_patienceToAct;
        using var deadline = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        try
        {
            var answer = await peers.AskAsync(member, new PeerQuestion(AdminPeerService.QuestionKind, AdminMessage.Write(request)) { Timeout = patience }, either.Token);
            return answer.Failure is { } failure
                ? new Answer(member, null, failure)
                : AdminMessage.ReadReply(answer.Body.Span) is { } reply ? new Answer(member, reply, null) : new Answer(member, null, "its answer is not understood");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new Answer(member, null, $"no answer within {patience.TotalSeconds} s");
        }
    }

    private AdminReply Merge(AdminRoute route, AdminArguments arguments, Answer[] answers)
    {
        var (done, rest) = (answers.Where(a => a.Reply is { IsSuccess: true }).ToList(), answers.Where(a => a.Reply is not { IsSuccess: true }).ToList());
        if (done.Count == 0 && rest.FirstOrDefault(a => a.Reply is not null)?.Reply is { } error)
        {
            return error;
        }

        if (done.Count == 0 && rest is [{ Failure: { } failure } only])
        {
            throw AdminRefusedException.Unreachable($"{only.Member.Name}: {failure}");
        }

        var limit = arguments.Limit;
        var items = route.Merge(done.SelectMany(a => Detached(a.Reply!))).ToList();
        var hasMore = items.Count > limit || done.Any(a => (bool?)a.Reply!.Body["hasMore"] == true);
        items = items.Count > limit ? items[..limit] : items;
        return new AdminReply(200, new JsonObject
        {
            ["cluster"] = membership.Cluster,
            ["items"] = new JsonArray([.. items]),
            ["unreachable"] = new JsonArray([.. rest.Where(a => a.Reply is null).Select(a => Describe(a.Member, new JsonObject { ["reason"] = a.Failure }))]),
            ["failed"] = new JsonArray([.. rest.Where(a => a.Reply is not null).Select(a => Describe(a.Member, a.Reply!.Body))]),
            ["hasMore"] = hasMore,
            ["next"] = hasMore && route.Continues is { } key && items is [.., var last] ? last[key]?.DeepClone() : null,
        });
    }

    private static List<JsonObject> Detached(AdminReply reply)
    {
        var items = reply.Body["items"] as JsonArray ?? [];
        var found = items.OfType<JsonObject>().ToList();
        items.Clear();
        return found;
    }

    private static JsonObject Describe(Member member, JsonObject what)
    {
        what.Insert(0, "role", member.Role.ToString());
        what.Insert(0, "slot", member.Slot);
        what.Insert(0, AdminApi.Node, member.Name);
        return what;
    }

    private sealed record Answer(Member Member, AdminReply? Reply, string? Failure);
}
