using Pool.Live.Tests.Cluster.Shares;
using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;
using Pool.Wire.Commands;
using Xunit.Abstractions;

namespace Pool.Live.Tests.Cluster.Remote;

/// <summary>
/// Two real nodes, of which one has connections of a real server to spare and the other has none left. The store is stopped, or an operator
/// has said so, so that shares stay as they are.
/// </summary>
public abstract class LoanTests<TServer>(FaultRig<TServer> rig, ITestOutputHelper output)
    where TServer : DatabaseServer, new()
{
    private const int Cap = 16;

    // What one node can have for sessions: all but the floor of the other, the place that is kept, and the one that each reserves.
    private const int All = Cap - 2 - 1 - 1;
    private const string Database = "loans";

    [Fact]
    public async Task A_session_on_a_node_that_has_none_left_works_with_what_another_lends()
    {
        await using var etcd = await EtcdServers.StartedAsync(members: 1);
        await using var referee = await rig.AdministratorAsync();
        await using var list = ProcessList.Watch(referee, FaultRig<TServer>.Account);
        await using var one = new SharingNode("one", rig.Server, etcd);
        await using var two = new SharingNode("two", rig.Server, etcd);
        await ArrangeAsync(etcd, one, two);
        var holders = await HoldAllAsync(one);
        await using var client = await ConnectAsync(one);
        await using var killer = await ConnectAsync(one);
        var before = await one.MetricAsync("pool_borrowed_total");

        var sleeping = client.TryAsync("SELECT SLEEP(40)");
        await Eventually.TrueAsync(async () => await rig.Server.QueryAsync("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO = 'SELECT SLEEP(40)'") == "1", () => "it runs");
        await killer.QueryAsync($"KILL QUERY {client.Id}");
        await Eventually.TrueAsync(() => sleeping.IsCompleted, $"it is ended\n{one.Process.Log}");

        await client.QueryAsync($"USE {Database}");
        await client.QueryAsync("SET time_zone = '+05:00'");
        Assert.Equal("+05:00", await client.QueryAsync("SELECT @@time_zone"));
        await client.QueryAsync("SET @v = 'mine'");
        Assert.Equal("mine", await client.QueryAsync("SELECT @v"));
        await client.QueryAsync("INSERT INTO kept (n) VALUES (7)");
        Assert.NotEqual("0", await client.QueryAsync("SELECT LAST_INSERT_ID()"));
        await client.QueryAsync("BEGIN");
        await client.QueryAsync("INSERT INTO kept (n) VALUES (8)");
        await client.QueryAsync("ROLLBACK");
        Assert.Equal("7", await client.QueryAsync("SELECT GROUP_CONCAT(n) FROM kept"));
        Assert.True(await client.MeasureAsync("SELECT REPEAT('x', 5000000)") > 5_000_000);
        Assert.Equal("3000000", await client.QueryAsync($"SELECT LENGTH('{new string('y', 3_000_000)}')"));
        for (var i = 0; i < 3; i++)
        {
            var prepared = await client.RunAsync(CommandCode.StmtPrepare, "SELECT 5"u8.ToArray());
            var executed = await client.RunAsync(CommandCode.StmtExecute, [.. BitConverter.GetBytes(prepared.Summary.StatementId), 0, 1, 0, 0, 0]);
            Assert.Equal(0, executed.Summary.ErrorCode);
        }

        Assert.Equal("mine", await client.QueryAsync("SELECT @v"));
        Assert.Equal("SYSTEM", await killer.QueryAsync("SELECT @@time_zone"));

        var borrowed = await one.MetricAsync("pool_borrowed_total") - before;
        output.WriteLine($"{borrowed} loans; {list.Highest} of {Cap} connections");
        Assert.True(borrowed > 3, $"only {borrowed} loans\n{one.Process.Log}");
        Assert.True(list.Highest <= Cap, $"{list.Highest} connections at once");
        foreach (var holder in holders)
        {
            await holder.DisposeAsync();
        }

        await Eventually.TrueAsync(async () => await two.MetricAsync("pool_lent") == 0, () => "all has come back");
        Assert.DoesNotContain("this is a bug", one.Process.Log + two.Process.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_killed_node_had_borrowed_is_rolled_back_and_serves_the_lender_again()
    {
        await using var etcd = await EtcdServers.StartedAsync(members: 1);
        await using var one = new SharingNode("one", rig.Server, etcd);
        await using var two = new SharingNode("two", rig.Server, etcd);
        await ArrangeAsync(etcd, one, two);
        var holders = await HoldAllAsync(one);
        await holders[^1].QueryAsync($"INSERT INTO {Database}.kept (n) VALUES (9)");
        Assert.True(await two.MetricAsync("pool_lent") > 0);
        one.Process.Send(Signal.Kill);

        // Waits for the lock of the transaction that is rolled back.
        await using var other = await ConnectAsync(two);
        await Eventually.TrueAsync(async () => await two.MetricAsync("pool_lent") == 0, () => "the loan has ended");
        await other.QueryAsync($"DELETE FROM {Database}.kept");
        Assert.Equal("0", await other.QueryAsync($"SELECT COUNT(*) FROM {Database}.kept"));
        foreach (var holder in holders)
        {
            await holder.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_session_of_another_account_is_lent_a_connection_though_none_that_is_spare_fits()
    {
        await using var etcd = await EtcdServers.StartedAsync(members: 1);
        await using var one = new SharingNode("one", rig.Server, etcd);
        await using var two = new SharingNode("two", rig.Server, etcd);
        await ArrangeOpenAsync(one, two, hasOtherAccount: true);
        var holders = await HoldAllAsync(one, SharingNode.FreeUser);
        Assert.StartsWith($"{FaultRig<TServer>.OtherAccount}@", await holders[^1].QueryAsync("SELECT CURRENT_USER()"), StringComparison.Ordinal);
        await AssertHasMadeRoomAsync(two);
        foreach (var holder in holders)
        {
            await holder.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_session_without_a_database_is_lent_a_connection_though_all_that_are_spare_are_in_one()
    {
        await using var etcd = await EtcdServers.StartedAsync(members: 1);
        await using var one = new SharingNode("one", rig.Server, etcd);
        await using var two = new SharingNode("two", rig.Server, etcd);
        await ArrangeOpenAsync(one, two, hasOtherAccount: false);
        await UseDatabaseAsync(two);
        var holders = await HoldAllAsync(one);
        Assert.Equal("none", await holders[^1].QueryAsync("SELECT IFNULL(DATABASE(), 'none')"));
        await AssertHasMadeRoomAsync(two);
        foreach (var holder in holders)
        {
            await holder.DisposeAsync();
        }
    }

    // All connections of a node come to be in a database.
    private static async Task UseDatabaseAsync(SharingNode node)
    {
        var sessions = new List<SqlClient>();
        while (sessions.Count < All)
        {
            var session = await ConnectAsync(node);
            await session.QueryAsync($"USE {Database}");
            await session.QueryAsync("BEGIN");
            sessions.Add(session);
        }

        foreach (var session in sessions)
        {
            await session.DisposeAsync();
        }
    }

    private static async Task AssertHasMadeRoomAsync(SharingNode lender) => Assert.Matches(
        """pool_connections_closed_total\{[^}]*cause="replaced"[^}]*\} [1-9]""", await lender.Process.AdminAsync("/metrics"));

    // One node has had a load, and keeps the connections that it has for it.
    private async Task ArrangeAsync(EtcdServers etcd, SharingNode one, SharingNode two)
    {
        await LoadAsync(one, two, hasOtherAccount: false);
        await etcd.EndAsync(0, Signal.Kill);
        await two.RestAsync();
    }

    // As before, but the store goes on, without which nothing is opened: an operator keeps the other node at its floor.
    private async Task ArrangeOpenAsync(SharingNode one, SharingNode two, bool hasOtherAccount)
    {
        await LoadAsync(one, two, hasOtherAccount);
        var resized = await Tool.RunAsync(
            Path.Combine(AppContext.BaseDirectory, "pbm"), ["pool", "resize", "main", "2", "--member", "one", "--yes"], TimeSpan.FromMinutes(1),
            new Dictionary<string, string> { ["POOL_ADMIN"] = $"127.0.0.1:{one.Process.AdminPort}" });
        Assert.True(resized.ExitCode == 0, $"{resized}");
        await two.RestAsync();
    }

    private async Task LoadAsync(SharingNode one, SharingNode two, bool hasOtherAccount)
    {
        await rig.Server.QueryAsync($"DROP DATABASE IF EXISTS {Database}; CREATE DATABASE {Database}; CREATE TABLE {Database}.kept (id INT AUTO_INCREMENT PRIMARY KEY, n INT)");
        await Task.WhenAll(one.StartAsync(Cap), two.StartAsync(Cap));
        if (hasOtherAccount)
        {
            await Task.WhenAll(one.AddAccountAsync(Cap), two.AddAccountAsync(Cap));
        }

        two.Load(clients: 30, seconds: 0.02);
        await Eventually.TrueAsync(async () => await two.MetricAsync("pool_share") == All + 1 && await two.ConnectionsAsync() >= All, () => "the node has connections");
    }

    // Sessions in transactions on all that the node has, and on one that it has borrowed.
    private static async Task<List<SqlClient>> HoldAllAsync(SharingNode node, string user = FaultNode.User)
    {
        var holders = new List<SqlClient>();
        while (await node.MetricAsync("pool_borrowed") == 0)
        {
            Assert.True(holders.Count < Cap, $"nothing is borrowed:\n{node.Process.Log}");
            var holder = await ConnectAsync(node, user);
            await holder.QueryAsync("BEGIN");
            holders.Add(holder);
        }

        return holders;
    }

    private static Task<SqlClient> ConnectAsync(SharingNode node, string user = FaultNode.User) =>
        SqlClient.ConnectAsync(node.Process.Port, user, FaultNode.UserPassword);
}

/// <summary>At MariaDB.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class MariaDbLoanTests(FaultRig<MariaDbServer> rig, ITestOutputHelper output) : LoanTests<MariaDbServer>(rig, output);

/// <summary>At MySQL.</summary>
[Collection(MySqlFaults.Name)]
public sealed class MySqlLoanTests(FaultRig<MySqlServer> rig, ITestOutputHelper output) : LoanTests<MySqlServer>(rig, output);
