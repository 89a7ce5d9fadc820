using System.Diagnostics;
using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;
using Xunit.Abstractions;

namespace Pool.Live.Tests.Cluster.Shares;

/// <summary>What becomes of shares when the store or an operator fails; at one server, since none of it is the server's.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class SharingFaultTests(FaultRig<MariaDbServer> rig, ITestOutputHelper output)
{
    private const int Cap = 60;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task A_store_that_loses_all_data_takes_no_connection_and_opens_none_above_the_cap()
    {
        await using var etcd = await EtcdServers.StartedAsync(members: 1);
        await using var referee = await rig.AdministratorAsync();
        await using var list = ProcessList.Watch(referee, FaultRig<MariaDbServer>.Account);
        await using var one = new SharingNode("one", rig.Server, etcd);
        await using var two = new SharingNode("two", rig.Server, etcd);
        await Task.WhenAll(one.StartAsync(Cap), two.StartAsync(Cap));
        one.Load(clients: 30, seconds: 0.02);
        two.Load(clients: 30, seconds: 0.02);
        await Eventually.TrueAsync(() => one.Done > 500 && two.Done > 500, "both serve");

        await etcd.EndAsync(0, Signal.Kill);
        var (before, beside) = (one.Done, two.Done);
        await Task.Delay(SharingNode.LeaseTime * 2);
        Assert.True(one.Done > before && two.Done > beside, "nodes go on without the store");
        etcd.LoseData(0);
        await etcd.StartAsync();

        (before, beside) = (one.Done, two.Done);
        await UntilAsync(async () => await one.MetricAsync("pool_share_lost_total") == 1 && await two.MetricAsync("pool_share_lost_total") == 1, one, "both have joined anew");
        await UntilAsync(async () => await one.MetricAsync("pool_share") > 20 && await two.MetricAsync("pool_share") > 20, one, "shares as before");
        Assert.True(one.Done > before && two.Done > beside, "nodes have served all the time");
        await one.RestAsync();
        await two.RestAsync();

        output.WriteLine($"highest {list.Highest} of {Cap} in {list.Looks} looks; errors: one {Shown(one)}, two {Shown(two)}");
        Assert.True(list.Highest <= Cap, $"{list.Highest} connections at once");
        Assert.DoesNotContain("this is a bug", one.Process.Log + two.Process.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Long_statements_of_an_account_that_only_a_killed_node_had_are_ended_before_their_places_are_taken()
    {
        string[] accounts = [FaultRig<MariaDbServer>.Account, FaultRig<MariaDbServer>.OtherAccount];
        await using var etcd = await EtcdServers.StartedAsync(members: 1);
        await using var referee = await rig.AdministratorAsync();
        await using var administrator = await rig.AdministratorAsync();
        await administrator.QueryAsync("CREATE TABLE pool.awaited (id INT PRIMARY KEY) ENGINE=InnoDB");
        await administrator.QueryAsync("INSERT INTO pool.awaited VALUES (1)");
        await using var list = ProcessList.Watch(referee, accounts);
        await using var one = new SharingNode("one", rig.Server, etcd);
        await using var two = new SharingNode("two", rig.Server, etcd);
        await Task.WhenAll(one.StartAsync(Cap), two.StartAsync(Cap));
        await one.AddAccountAsync(Cap);

        // Unlike a SLEEP, who waits for a row does not notice that his client is gone.
        await administrator.QueryAsync("BEGIN");
        await administrator.QueryAsync("SELECT * FROM pool.awaited FOR UPDATE");
        await using var lost = new SharingClients(
            one.Process, 12, SharingNode.FreeUser, "SET innodb_lock_wait_timeout = 300", "SELECT * FROM pool.awaited FOR UPDATE");
        await UntilAsync(async () => await ProcessList.CountAsync(administrator, accounts[1]) == 12, one, "its statements run");

        one.Process.Send(Signal.Kill);
        two.Load(clients: 80, seconds: 0.02);
        await UntilAsync(async () => await two.ConnectionsAsync() >= Cap - 1, two, "all of the cap at the survivor");
        Assert.Equal(0, await ProcessList.CountAsync(administrator, accounts[1]));
        output.WriteLine($"highest {list.Highest} of {Cap} in {list.Looks} looks");
        Assert.True(list.Highest <= Cap, $"{list.Highest} connections at once");
    }

    [Fact]
    public async Task A_node_with_another_cap_is_not_ready_and_says_why()
    {
        await using var etcd = await EtcdServers.StartedAsync(members: 1);
        await using var one = new SharingNode("one", rig.Server, etcd);
        await using var other = new SharingNode("other", rig.Server, etcd);
        await one.StartAsync(Cap);
        await other.LaunchAsync(Cap + 1);
        await UntilAsync(() => Task.FromResult(other.Process.Log.Contains("MaxConnections is 61 here and 60 in the cluster", StringComparison.Ordinal)), other, "the refusal");

        Assert.False(await other.Process.IsReadyAsync());
        Assert.Equal((1, 0), (await other.MetricAsync("pool_share_refused"), await other.ConnectionsAsync()));
        Assert.Equal(0, await one.MetricAsync("pool_share_refused"));
    }

    private static string Shown(SharingNode node) => $"[{string.Join(", ", node.Errors.Select(e => $"{e.Key} x {e.Value}"))}]";

    private static async Task UntilAsync(Func<Task<bool>> condition, SharingNode node, string what)
    {
        for (var waited = Stopwatch.StartNew(); !await condition(); await Task.Delay(50))
            Assert.True(waited.Elapsed < s_patience, $"{what} never comes about:\n{string.Join('\n', node.Process.Log.Split('\n').TakeLast(60))}");
    }
}
