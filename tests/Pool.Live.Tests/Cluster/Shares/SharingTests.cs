using System.Diagnostics;
using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;
using Xunit.Abstractions;

namespace Pool.Live.Tests.Cluster.Shares;

/// <summary>Nodes share a server under one cap, and the server's process list never shows more than that.</summary>
public abstract class SharingTests<TServer>(FaultRig<TServer> rig, ITestOutputHelper output)
    where TServer : DatabaseServer, new()
{
    private const int Cap = 60;
    private const int Most = Cap * 9 / 10;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task Demand_moves_and_what_lost_nodes_had_serves_others_and_the_cap_holds()
    {
        await using var etcd = await EtcdServers.StartedAsync(members: 1);
        await using var referee = await rig.AdministratorAsync();
        await using var list = ProcessList.Watch(referee, FaultRig<TServer>.Account);
        await using var one = new SharingNode("one", rig.Server, etcd);
        await using var two = new SharingNode("two", rig.Server, etcd);
        await using var three = new SharingNode("three", rig.Server, etcd);
        await Task.WhenAll(one.StartAsync(Cap), two.StartAsync(Cap), three.StartAsync(Cap));

        one.Load(clients: 80, seconds: 0.02);
        await HasMostAsync(one, "the first load");
        await one.RestAsync();
        two.Load(clients: 80, seconds: 0.02);
        await HasMostAsync(two, "the load that moved");
        await two.RestAsync();

        // Its statements run on at the server, which does not notice that the client is gone.
        two.Load(clients: 80, seconds: 30);
        await HasMostAsync(two, "the long statements");
        two.Process.Send(Signal.Kill);
        await two.RestAsync();
        three.Load(clients: 80, seconds: 0.02);
        await HasMostAsync(three, "what a killed node had, with 4 s of lease");

        three.Process.Send(Signal.Stop);
        one.Load(clients: 80, seconds: 0.02);
        await HasMostAsync(one, "what a stopped node had, with 4 s of lease");
        three.Process.Send(Signal.Continue);
        await one.RestAsync();
        await HasMostAsync(three, "the load of the one that was stopped");
        var done = three.Done;
        await Eventually.TrueAsync(() => three.Done > done + 100, "its clients get on");
        await three.RestAsync();

        output.WriteLine($"highest {list.Highest} of {Cap} in {list.Looks} looks; errors: one {Shown(one)}, two {Shown(two)}, three {Shown(three)}");
        Assert.True(list.Highest <= Cap, $"{list.Highest} connections at once");
        Assert.True(list.Looks > 100, $"the process list was seen only {list.Looks} times");
        Assert.Empty(one.Errors);
        Assert.Equal(1, await three.MetricAsync("pool_share_lost_total"));
        Assert.DoesNotContain("this is a bug", one.Process.Log + three.Process.Log, StringComparison.Ordinal);
    }

    private static string Shown(SharingNode node) => $"[{string.Join(", ", node.Errors.Select(e => $"{e.Key} x {e.Value}"))}]";

    private async Task HasMostAsync(SharingNode node, string what)
    {
        var waited = Stopwatch.StartNew();
        await UntilAsync(async () => await node.ConnectionsAsync() >= Most, node, what);
        output.WriteLine($"{what}: 90 % of the cap after {waited.Elapsed.TotalSeconds:F1} s");
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, SharingNode node, string what)
    {
        for (var waited = Stopwatch.StartNew(); !await condition(); await Task.Delay(50))
            Assert.True(waited.Elapsed < s_patience, $"{what} never comes about:\n{string.Join('\n', node.Process.Log.Split('\n').TakeLast(60))}");
    }
}

/// <summary>At MariaDB, which shows nobody whose a connection is.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class MariaDbSharingTests(FaultRig<MariaDbServer> rig, ITestOutputHelper output) : SharingTests<MariaDbServer>(rig, output);

/// <summary>At MySQL.</summary>
[Collection(MySqlFaults.Name)]
public sealed class MySqlSharingTests(FaultRig<MySqlServer> rig, ITestOutputHelper output) : SharingTests<MySqlServer>(rig, output);
