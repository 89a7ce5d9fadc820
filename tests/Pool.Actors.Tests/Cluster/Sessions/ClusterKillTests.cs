using System.Text;
using System.Text.Json.Nodes;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Cluster.Peers;
using Pool.Actors.Runtime;
using Pool.Testing;
using Pool.Testing.Cluster;

namespace Pool.Actors.Tests.Cluster.Sessions;

public sealed class ClusterKillTests
{
    [Fact]
    public async Task A_query_can_be_killed_from_another_node_and_its_session_goes_on()
    {
        await using var mesh = new SessionMesh();
        var (victim, killer) = (await mesh[1].LogInAsync(), await mesh[2].LogInAsync());
        Assert.Equal((1, 2), (new SessionId(victim.ConnectionId).Slot, new SessionId(killer.ConnectionId).Slot));
        var sleeping = await mesh.SleepAsync(victim);

        Assert.True((await killer.QueryAsync($"KILL QUERY {victim.ConnectionId}")).Succeeded);

        Assert.Equal(1317, (await sleeping).Error);
        Assert.True((await victim.QueryAsync("SELECT 1")).Succeeded);
        Assert.Equal(1, mesh[1].Services.Metrics.Kills["Query"].Value);
    }

    [Fact]
    public async Task A_session_can_be_killed_from_another_node_and_its_statement_ends_with_it()
    {
        await using var mesh = new SessionMesh();
        var (victim, killer) = (await mesh[1].LogInAsync(), await mesh[2].LogInAsync());
        var sleeping = await mesh.SleepAsync(victim);

        Assert.True((await killer.QueryAsync($"KILL {victim.ConnectionId}")).Succeeded);

        Assert.True((await sleeping).IsClosed);
        await mesh[1].RestAsync();
        Assert.Equal(0, mesh[1].Services.Sessions.Count);
    }

    [Fact]
    public async Task Only_known_sessions_of_the_own_user_can_be_killed_on_another_node()
    {
        await using var mesh = new SessionMesh();
        var (victim, other, admin) = (await mesh[1].LogInAsync(), await mesh[2].LogInAsync("other"), await mesh[2].LogInAsync("admin"));

        Assert.Equal(1095, (await other.QueryAsync($"KILL {victim.ConnectionId}")).Error);
        Assert.True((await victim.QueryAsync("SELECT 1")).Succeeded);
        Assert.True((await admin.QueryAsync($"KILL {victim.ConnectionId}")).Succeeded);
        Assert.Null(await victim.ReadAsync());
        await TestNode.UntilAsync(() => mesh[1].Services.Sessions.Count == 0, "it has ended");

        Assert.Equal(1094, (await admin.QueryAsync($"KILL {victim.ConnectionId}")).Error);
    }

    [Fact]
    public async Task A_slot_that_nobody_owns_has_no_sessions()
    {
        await using var mesh = new SessionMesh();
        var killer = await mesh[2].LogInAsync();

        Assert.Equal(1094, (await killer.QueryAsync($"KILL {SessionId.From(3, 1)}")).Error);
    }

    [Fact]
    public async Task A_node_that_the_cluster_has_lost_is_named_until_another_has_its_slot()
    {
        await using var mesh = new SessionMesh();
        var (victim, killer) = (await mesh[1].LogInAsync(), await mesh[2].LogInAsync());
        mesh.Peers[2].Membership.Show(PeerMesh.MemberOf(2));

        var result = await killer.QueryAsync($"KILL {victim.ConnectionId}");

        Assert.Equal(1105, result.Error);
        Assert.StartsWith($"Thread {victim.ConnectionId} was not killed: the cluster has lost its node 'n1'", result.Text, StringComparison.Ordinal);
        Assert.True((await victim.QueryAsync("SELECT 1")).Succeeded);
        mesh.Peers[2].Membership.Show(PeerMesh.MemberOf(2), PeerMesh.MemberOf(3) with { Slot = 1 });
        mesh.Peers[2].Membership.Show(PeerMesh.MemberOf(2), PeerMesh.MemberOf(3) with { Slot = 1, Role = MemberRole.Leaving });
        mesh.Peers[2].Membership.Show(PeerMesh.MemberOf(2));
        Assert.Equal(1094, (await killer.QueryAsync($"KILL {victim.ConnectionId}")).Error);
    }

    [Fact]
    public async Task A_node_that_has_left_in_order_has_no_sessions()
    {
        await using var mesh = new SessionMesh();
        var killer = await mesh[2].LogInAsync();
        mesh.Peers[2].Membership.Show(PeerMesh.MemberOf(1) with { Role = MemberRole.Leaving }, PeerMesh.MemberOf(2));
        mesh.Peers[2].Membership.Show(PeerMesh.MemberOf(2));

        Assert.Equal(1094, (await killer.QueryAsync($"KILL {SessionId.From(1, 5)}")).Error);
    }

    [Fact]
    public async Task A_node_that_cannot_be_reached_is_named_and_nothing_is_killed()
    {
        await using var mesh = new SessionMesh();
        var (victim, killer) = (await mesh[1].LogInAsync(), await mesh[2].LogInAsync());
        mesh.Peers[1].Leave();

        var result = await killer.QueryAsync($"KILL {victim.ConnectionId}");

        Assert.Equal(1105, result.Error);
        Assert.Equal($"Thread {victim.ConnectionId} cannot be reached: its node 'n1' did not answer. It is not known whether it was killed", result.Text);
        Assert.True((await victim.QueryAsync("SELECT 1")).Succeeded);
    }

    [Fact]
    public async Task A_node_that_does_not_own_the_slot_any_more_refuses()
    {
        await using var mesh = new SessionMesh();
        var (victim, killer) = (await mesh[1].LogInAsync(), await mesh[2].LogInAsync());

        // The connection between the nodes is there already when the node comes back with another slot, in another life of it.
        Assert.Equal(1094, (await killer.QueryAsync($"KILL {SessionId.From(1, 1)}")).Error);
        var membership = mesh.Peers[1].Membership;
        membership.Self = membership.Self with { Slot = 7, Incarnation = new Incarnation(900) };

        Assert.Equal(1105, (await killer.QueryAsync($"KILL {victim.ConnectionId}")).Error);
        Assert.True((await victim.QueryAsync("SELECT 1")).Succeeded);
    }

    [Fact]
    public async Task A_session_from_before_its_node_had_another_slot_can_still_be_killed_on_that_node()
    {
        await using var mesh = new SessionMesh();
        var (victim, killer) = (await mesh[1].LogInAsync(), await mesh[1].LogInAsync());
        mesh[1].Services.Sessions.Slot = 7;

        Assert.True((await killer.QueryAsync($"KILL {victim.ConnectionId}")).Succeeded);
        Assert.Null(await victim.ReadAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"v":1,"session":-1,"owner":101,"scope":"Query","user":"app","canKillOthers":true}""")]
    [InlineData("""{"v":1,"session":1,"owner":101,"scope":"Everything","user":"app","canKillOthers":true}""")]
    public async Task A_question_that_is_none_fails_and_the_node_goes_on(string body)
    {
        await using var mesh = new SessionMesh();

        Assert.Equal("node 'n1': it failed to answer 'session.kill'", (await AskAsync(mesh, body)).Failure);
        Assert.Null((await AskAsync(mesh, """{"v":2,"session":1,"owner":101,"scope":"Query","user":"app","canKillOthers":true,"added":"later"}""")).Failure);
    }

    [Fact]
    public async Task An_answer_that_is_none_says_nothing_about_the_session()
    {
        await using var mesh = new SessionMesh();
        var (victim, killer) = (await mesh[1].LogInAsync(), await mesh[2].LogInAsync());
        mesh.Peers[1].Leave();
        mesh.Peers[1].Serve(new Nonsense("session.kill"), new Nonsense("session.list"));

        Assert.Equal(1105, (await killer.QueryAsync($"KILL {victim.ConnectionId}")).Error);
        Assert.Equal(1, (await killer.QueryAsync("SHOW PROCESSLIST")).Warnings);
    }

    [Fact]
    public async Task A_kill_says_who_asks_and_for_which_owner()
    {
        await using var mesh = new SessionMesh();
        var asked = new TaskCompletionSource<JsonNode>(TaskCreationOptions.RunContinuationsAsynchronously);
        mesh.Peers[1].Leave();
        mesh.Peers[1].Serve(new Nonsense("session.kill", body => asked.SetResult(JsonNode.Parse(body.Span)!)));
        var killer = await mesh[2].LogInAsync();
        var id = SessionId.From(1, 5);

        await killer.QueryAsync($"KILL QUERY {id}");

        Assert.Equal(
            $$"""{"v":1,"session":{{id}},"owner":101,"scope":"Query","user":"app","canKillOthers":false}""", (await asked.Task).ToJsonString());
    }

    private static async Task<PeerAnswer> AskAsync(SessionMesh mesh, string body) => await mesh.Peers[2].Network.AskAsync(
        PeerMesh.MemberOf(1), new PeerQuestion("session.kill", Encoding.UTF8.GetBytes(body)), CancellationToken.None);

    private sealed class Nonsense(string kind, Action<ReadOnlyMemory<byte>>? asked = null) : IPeerService
    {
        public string Kind => kind;

        public ValueTask<ReadOnlyMemory<byte>> AnswerAsync(PeerName from, ReadOnlyMemory<byte> body, CancellationToken cancel)
        {
            asked?.Invoke(body);
            return ValueTask.FromResult<ReadOnlyMemory<byte>>("[nonsense"u8.ToArray());
        }
    }
}
