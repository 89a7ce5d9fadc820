using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Cluster.Peers;
using Pool.Actors.Runtime;
using Pool.Host.Peers;
using Pool.Host.Transport;
using Pool.Live.Tests.Support;
using Pool.Testing.Cluster;

namespace Pool.Live.Tests.Cluster;

/// <summary>Sessions of one node, seen and ended from another.</summary>
public sealed partial class SessionTests(SessionCluster cluster) : IClassFixture<SessionCluster>
{
    private const int Interrupted = 1317;
    private const string Endless = "SELECT /* endless */ COUNT(*) FROM information_schema.COLLATIONS WHERE SLEEP(30) = 0 AND SLEEP(30) = 0";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_query_is_killed_through_another_node_and_its_session_goes_on()
    {
        await using var victim = await cluster.ConnectAsync(0);
        await using var killer = await cluster.ConnectAsync(1);
        Assert.NotEqual(new SessionId((uint)victim.Id).Slot, new SessionId((uint)killer.Id).Slot);
        var statement = victim.TryAsync(Endless);
        await RunsAsync(killer, victim);

        await killer.QueryAsync($"KILL QUERY {victim.Id}");

        Assert.Equal(Interrupted, (await statement.WaitAsync(s_patience)).ErrorCode);
        Assert.Equal("1", await victim.QueryAsync("SELECT 1"));
    }

    [Fact]
    public async Task A_session_is_killed_through_another_node_and_gone_everywhere()
    {
        var victim = await cluster.ConnectAsync(2);
        await using var killer = await cluster.ConnectAsync(1, SessionCluster.Administrator);
        var statement = victim.TryAsync(Endless);
        await RunsAsync(killer, victim);

        await killer.QueryAsync($"KILL {victim.Id}");

        Assert.NotEqual(0, (await statement.WaitAsync(s_patience)).ErrorCode);
        await Eventually.TrueAsync(async () => (await killer.TryAsync($"KILL {victim.Id}")).ErrorCode == 1094, () => "it lives on");
        Assert.DoesNotContain($"{victim.Id}", await IdsAsync(killer));
    }

    [Fact]
    public async Task Each_node_shows_the_sessions_of_all_to_who_may_kill_them_and_others_their_own()
    {
        await using var first = await cluster.ConnectAsync(0);
        await using var second = await cluster.ConnectAsync(1);
        for (var node = 0; node < 3; node++)
        {
            await using var administrator = await cluster.ConnectAsync(node, SessionCluster.Administrator);
            var ids = await IdsAsync(administrator);
            Assert.Superset(new HashSet<string?> { $"{first.Id}", $"{second.Id}", $"{administrator.Id}" }, ids.ToHashSet());
            Assert.Equal(ids.OrderBy(i => ulong.Parse(i!, null)), ids);
            Assert.DoesNotContain($"{administrator.Id}", await IdsAsync(first));
            Assert.Equal(1095, (await first.TryAsync($"KILL {administrator.Id}")).ErrorCode);
        }
    }

    [Fact]
    public async Task A_node_that_stands_still_is_missing_from_the_list_and_its_sessions_cannot_be_killed_until_it_goes_on()
    {
        await using var victim = await cluster.ConnectAsync(2);
        await using var killer = await cluster.ConnectAsync(1, SessionCluster.Administrator);
        Assert.Contains($"{victim.Id}", await IdsAsync(killer));
        cluster[2].Send(Signal.Stop);
        try
        {
            Assert.DoesNotContain($"{victim.Id}", await IdsAsync(killer));
            Assert.Contains("node 'node-2' are missing", (await killer.TryAsync("SHOW WARNINGS")).Rows[0][2], StringComparison.Ordinal);
        }
        finally
        {
            cluster[2].Send(Signal.Continue);
        }

        await Eventually.TrueAsync(async () => (await IdsAsync(killer)).Contains($"{victim.Id}"), () => "it is not seen again");
        await killer.QueryAsync($"KILL {victim.Id}");
    }

    [Fact]
    public async Task Who_does_not_know_the_secret_is_refused_and_both_sides_say_so()
    {
        var before = await RefusedAsync();
        var self = PeerMesh.MemberOf(9);
        var membership = new FakeMembership(SessionCluster.Name, self);
        var services = new PeerServices(
            membership, PeerSecret.From("not what the nodes know"), new PeerLimits(), new PeerMetrics(), TimeProvider.System, NullLogger.Instance)
        {
            Encryption = new PeerEncryption("stranger", TimeProvider.System),
        };
        using var network = new PeerNetwork(services, new SocketDialer());

        var answer = await network.AskAsync(await MemberAsync("node-0"), new PeerQuestion("session.list", "{}"u8.ToArray()), CancellationToken.None);

        Assert.EndsWith("the secrets of the two nodes differ", answer.Failure, StringComparison.Ordinal);
        await Eventually.TrueAsync(async () => await RefusedAsync() == before + 1, () => "it is not counted");
        await Eventually.TrueAsync(
            () => cluster[0].Log.Contains("was refused: Secret. It said that it is node 'n9'", StringComparison.Ordinal), $"it is not logged:\n{cluster[0].Log}");
        Assert.DoesNotContain(SessionCluster.Secret, cluster[0].Log, StringComparison.Ordinal);
    }

    private async Task<int> RefusedAsync() =>
        Refused().Match(await cluster[0].AdminAsync("/metrics")) is { Success: true } match ? int.Parse(match.Groups[1].Value, null) : 0;

    private async Task<Member> MemberAsync(string name)
    {
        await using var coordinator = cluster.Etcd.Coordinator();
        var options = new MembershipOptions { Cluster = SessionCluster.Name, Name = "looks", PeerAddress = "", Secret = SessionCluster.Secret };
        await using var membership = new ClusterMembership(coordinator, options, TimeProvider.System, new Random(1), NullLogger.Instance);
        // One attempt may fail, on a busy machine, as a node's own may.
        var joined = await membership.JoinAsync(CancellationToken.None);
        await Eventually.TrueAsync(
            async () => joined.Outcome == JoinOutcome.Joined || (joined = await membership.JoinAsync(CancellationToken.None)).Outcome == JoinOutcome.Joined,
            () => $"{joined}");
        var member = membership.View.Members[name];
        await membership.LeaveAsync(CancellationToken.None);
        return member;
    }

    private static async Task<List<string?>> IdsAsync(SqlClient client)
    {
        var list = await client.TryAsync("SHOW PROCESSLIST");
        Assert.True(list.Succeeded, list.ErrorText);
        return [.. list.Rows.Select(r => r[0])];
    }

    private static Task RunsAsync(SqlClient killer, SqlClient victim) => Eventually.TrueAsync(
        async () => (await killer.TryAsync("SHOW FULL PROCESSLIST")).Rows.Any(r => r[0] == $"{victim.Id}" && r[4] == "Query" && r[6] == "executing" && r[7] == "SELECT"),
        () => "the statement does not begin");

    [GeneratedRegex("""pool_peer_refused_total\{reason="Secret"\} (\d+)""")]
    private static partial Regex Refused();
}
