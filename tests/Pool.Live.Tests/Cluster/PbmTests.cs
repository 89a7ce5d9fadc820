using System.Text.Json.Nodes;
using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Cluster;

/// <summary>Every command of pbm against three real nodes, for people and as JSON.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class PbmTests(PbmTests.Rig rig) : IClassFixture<PbmTests.Rig>
{
    private NodeCluster Cluster => rig.Cluster;

    [Theory]
    [InlineData("cluster show", "INCARNATION")]
    [InlineData("cluster join-info", "Cluster.Etcd.Endpoints")]
    [InlineData("node list", "READINESS")]
    [InlineData("sharding slots", "FIRST ID")]
    [InlineData("session list", "CLIENT")]
    [InlineData("pool list", "SHARE")]
    [InlineData("pool show main", "THREAD")]
    [InlineData("lease list", "RUNS FOR")]
    [InlineData("settings top", "DIFFERENCES")]
    [InlineData("pin list", "REASONS")]
    [InlineData("backend list", "CAP")]
    [InlineData("watch --count 2 --interval 0.2", "cluster live")]
    public async Task What_looks_is_answered_by_any_node_as_a_table_and_as_json(string command, string title)
    {
        for (var node = 0; node < 3; node++)
        {
            var table = await Cluster.PbmAsync(node, command);
            Assert.True(table.ExitCode == 0 && table.Errors.Length == 0, $"{table}\n{Cluster.Log}");
            Assert.Contains(title, table.Output, StringComparison.Ordinal);
            var json = await Cluster.PbmAsync(node, $"{command} --json");
            Assert.Equal(0, json.ExitCode);
            Assert.All(json.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.IsType<JsonObject>(JsonNode.Parse(line)));
        }
    }

    [Fact]
    public async Task The_members_have_slots_of_their_own_and_their_sessions_ids_say_which()
    {
        var slots = (await Cluster.AskAsync(1, "sharding slots"))["items"]!.AsArray();
        Assert.Equal(3, slots.Select(s => (int)s!["slot"]!).Distinct().Count());
        for (var i = 0; i < 3; i++)
        {
            await using var client = await Cluster.ConnectAsync(i);
            Assert.Equal((int)slots.Single(s => (string)s!["node"]! == $"pool-{i + 1}")!["slot"]!, (int)(client.Id >> 22));
        }
    }

    [Fact]
    public async Task Sessions_of_every_node_are_shown_and_ended_by_any_other()
    {
        var clients = new List<SqlClient>();
        for (var i = 0; i < 3; i++)
            clients.Add(await Cluster.ConnectAsync(i));
        await clients[2].QueryAsync("SET sql_mode = 'NO_ZERO_DATE'");

        var listed = (await Cluster.AskAsync(0, "session list --limit 10000"))["items"]!.AsArray().Select(s => (ulong)s!["id"]!).ToHashSet();
        Assert.All(clients, c => Assert.Contains(c.Id, listed));
        var shown = (await Cluster.AskAsync(0, $"session show {clients[2].Id}"))["items"]![0]!;
        Assert.Equal(("pool-3", "NO_ZERO_DATE"), ((string)shown["node"]!, (string)shown["settings"]!["differences"]!["sql_mode"]!));

        var sleeping = clients[2].TryAsync("SELECT SLEEP(60)");
        await Eventually.TrueAsync(
            async () => (await Cluster.AskAsync(1, "lease list"))["items"]!.AsArray().Any(l => (ulong)l!["session"]! == clients[2].Id), () => "the statement does not run");
        await Cluster.AskAsync(1, $"session kill {clients[2].Id} --query --yes");
        Assert.NotEqual(-1, (await sleeping).ErrorCode);
        Assert.Equal("1", await clients[2].QueryAsync("SELECT 1"));
        await Cluster.AskAsync(0, $"session kill {clients[2].Id} --yes");
        Assert.Equal(-1, (await clients[2].TryAsync("SELECT 1")).ErrorCode);
        Assert.Equal(1, (await Cluster.PbmAsync(0, $"session show {clients[2].Id}")).ExitCode);
        foreach (var client in clients)
            await client.DisposeAsync();
    }

    [Fact]
    public async Task Pins_are_shown_with_their_reason_and_without_what_people_wrote()
    {
        await using var client = await Cluster.ConnectAsync(1);
        await client.QueryAsync("SELECT GET_LOCK('a secret', 1)");
        var pins = await Cluster.AskAsync(0, "pin list --reason UserLocks");
        Assert.Contains(pins["items"]!.AsArray(), p => (ulong)p!["session"]! == client.Id && (string)p["node"]! == "pool-2");
        Assert.DoesNotContain("a secret", pins.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_paused_pool_lets_statements_wait_until_it_is_resumed()
    {
        await using var client = await Cluster.ConnectAsync(0);
        Assert.Equal(3, (await Cluster.AskAsync(2, "pool pause main --yes"))["items"]!.AsArray().Count);
        var waiting = client.QueryAsync("SELECT 'served'");
        await Eventually.TrueAsync(
            async () => (int)(await Cluster.AskAsync(2, "pool list --member pool-1"))["items"]![0]!["waiting"]! == 1, () => "the statement does not wait");
        await Cluster.AskAsync(1, "pool resume main");
        Assert.Equal("served", await waiting);
    }

    [Fact]
    public async Task A_resized_pool_has_no_more_than_that_and_the_cap_holds()
    {
        await Cluster.AskAsync(2, "pool resize main 4 --member pool-1 --yes");
        await using var administrator = await Cluster.AdministratorAsync();
        var clients = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Cluster.ConnectAsync(0)));
        var sleeping = clients.Select(c => c.TryAsync("SELECT SLEEP(0.2)")).ToList();
        await Task.WhenAll(sleeping);
        Assert.All(sleeping, s => Assert.True(s.Result.Succeeded, s.Result.ErrorText));
        await Eventually.TrueAsync(
            async () => (int)(await Cluster.AskAsync(0, "pool list --member pool-1"))["items"]![0]!["max"]! <= 4, () => "the pool does not become smaller");
        Assert.Equal("4", $"{(await Cluster.AskAsync(0, "pool list --member pool-1"))["items"]![0]!["limit"]}");
        Assert.InRange(await NodeCluster.CountAsync(administrator), 1, NodeCluster.MaxConnections);
        await Cluster.AskAsync(0, $"pool resize main {NodeCluster.MaxConnections} --yes");
        foreach (var client in clients)
            await client.DisposeAsync();
    }

    [Fact]
    public async Task A_drained_backend_has_no_connection_of_any_node_at_the_server()
    {
        await using var administrator = await Cluster.AdministratorAsync();
        await using var client = await Cluster.ConnectAsync(2);
        await client.QueryAsync("SELECT 1");
        await Cluster.AskAsync(0, "backend drain main --wait 60 --yes");
        Assert.Equal(0, await NodeCluster.CountAsync(administrator));
        Assert.Equal("Drained", (string)(await Cluster.AskAsync(1, "backend list"))["items"]![0]!["mode"]!);
        await Cluster.AskAsync(1, "pool resume main");
        Assert.Equal("1", await client.QueryAsync("SELECT 1"));
    }

    [Fact]
    public async Task A_drained_node_takes_no_client_until_it_is_resumed_and_the_others_see_it()
    {
        await using var client = await Cluster.ConnectAsync(1);
        await Cluster.AskAsync(0, "node drain pool-2 --wait 60 --yes");
        Assert.Equal(1053, await client.LastWordsAsync());
        Assert.False(await Cluster.Nodes[1].IsReadyAsync());
        Assert.Null((await SqlClient.TryConnectAsync(Cluster.Nodes[1].Port, NodeCluster.User, NodeCluster.UserPassword)).Client);
        Assert.Equal("Draining", (string)(await Cluster.AskAsync(2, "node list --json"))["items"]!.AsArray().Single(n => (string)n!["node"]! == "pool-2")!["role"]!);
        await Cluster.AskAsync(2, "node resume pool-2");
        await using var again = await Cluster.ConnectAsync(1);
        Assert.Equal("1", await again.QueryAsync("SELECT 1"));
        Assert.True(await Cluster.Nodes[1].IsReadyAsync());
    }

    [Fact]
    public async Task A_node_that_hangs_is_named_by_the_others()
    {
        Cluster.Nodes[2].Send(Signal.Stop);
        var answer = await Cluster.PbmAsync(0, "node list");
        Cluster.Nodes[2].Send(Signal.Continue);
        Assert.Equal(3, answer.ExitCode);
        Assert.Contains("pool-3 cannot be reached", answer.Errors, StringComparison.Ordinal);
        Assert.Contains("pool-2", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_token_nothing_is_told()
    {
        var answer = await Tool.RunAsync(Path.Combine(AppContext.BaseDirectory, "pbm"), ["node", "list", "--node", $"127.0.0.1:{Cluster.Nodes[0].AdminPort}"],
            TimeSpan.FromMinutes(1), new Dictionary<string, string> { ["POOL_ADMIN_TOKEN"] = "wrong" });
        Assert.Equal((4, ""), (answer.ExitCode, answer.Output));
    }

    /// <summary>The cluster of these tests.</summary>
    public sealed class Rig(FaultRig<MariaDbServer> faults) : IAsyncLifetime
    {
        internal NodeCluster Cluster { get; private set; } = null!;

        /// <inheritdoc/>
        public async Task InitializeAsync() => Cluster = await NodeCluster.StartAsync(faults);

        /// <inheritdoc/>
        public async Task DisposeAsync() => await Cluster.DisposeAsync();
    }
}

/// <summary>The commands after which nodes are gone.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class PbmLeaveTests(FaultRig<MariaDbServer> rig)
{
    [Fact]
    public async Task One_member_leaves_and_gives_everything_back_and_then_all_do()
    {
        await using var cluster = await NodeCluster.StartAsync(rig);
        await using var administrator = await cluster.AdministratorAsync();
        await using (var client = await cluster.ConnectAsync(2))
        {
            await client.QueryAsync("SELECT 1");
            await cluster.AskAsync(0, "cluster leave pool-3 --yes");
            Assert.Equal(1053, await client.LastWordsAsync());
        }

        Assert.Equal(0, await cluster.Nodes[2].ExitAsync());
        await Eventually.TrueAsync(async () => (await cluster.AskAsync(0, "cluster show"))["items"]!.AsArray().Count == 2, () => "the member is still there");
        var down = await cluster.AskAsync(1, "cluster down --yes");
        Assert.Equal(2, down["items"]!.AsArray().Count);
        Assert.Equal((0, 0), (await cluster.Nodes[0].ExitAsync(), await cluster.Nodes[1].ExitAsync()));
        Assert.Equal(0, await NodeCluster.CountAsync(administrator));
        Assert.Equal(3, (await cluster.PbmAsync(0, "node list")).ExitCode);
    }
}
