using Pool.Actors.Cluster.Remote;
using Pool.Testing;
using Pool.Wire.Commands;

namespace Pool.Actors.Tests.Cluster.Remote;

/// <summary>A node lends what its own sessions do not need, and a waiter takes whatever comes first.</summary>
public sealed class LendingTests
{
    [Fact]
    public async Task A_connection_that_was_used_a_moment_ago_is_not_lent()
    {
        await using var cluster = await BorrowingTests.NewAsync();
        var (here, there) = (await cluster[0].LogInAsync(), await cluster[1].LogInAsync());
        await there.QueryAsync("SELECT 'there'");
        var waiting = here.QueryAsync("SELECT 'here'");
        await TestNode.UntilAsync(() => cluster.Metrics(1).NotLent.Values.Any(), "it is refused");
        Assert.Equal(1, cluster[0].Now.Waiting);
        await PassAsync(cluster, waiting);
        Assert.True((await waiting).Succeeded);
        Assert.Equal("Busy", cluster.Metrics(0).NotBorrowed.Values.Single().Key);
    }

    [Fact]
    public async Task A_waiter_is_served_by_its_own_node_while_others_have_nothing()
    {
        await using var cluster = new TestCluster([1, 0]);
        var (holder, waiter) = (await cluster[0].LogInAsync(), await cluster[0].LogInAsync());
        await holder.QueryAsync("BEGIN");
        var waiting = waiter.QueryAsync("SELECT 'waited'");
        await TestNode.UntilAsync(() => cluster[0].Now.Waiting == 1, "it waits");
        await holder.QueryAsync("COMMIT");
        Assert.True((await waiting).Succeeded);
        Assert.Equal(0, cluster.Metrics(0).Borrowed.Value);
    }

    [Fact]
    public async Task A_waiter_is_not_starved_while_another_node_falls_idle()
    {
        await using var cluster = new TestCluster([1, 1]);
        var (busy, waiting) = await StarveAsync(cluster);
        await busy.QueryAsync("COMMIT");
        await PassAsync(cluster, waiting);
        Assert.True((await waiting).Succeeded);
        Assert.Equal(1, cluster.Metrics(0).Borrowed.Value);
    }

    [Fact]
    public async Task Who_was_refused_is_asked_for_again_before_the_next_tick_of_the_janitor()
    {
        await using var cluster = new TestCluster([1, 1]);
        var (busy, waiting) = await StarveAsync(cluster);
        await busy.QueryAsync("COMMIT");
        await TestNode.UntilAsync(() => cluster[1].Now.Idle == 1, "it is given back");
        for (var tick = 0; tick < 2; tick++)
        {
            cluster[1].Time.Advance(TimeSpan.FromMilliseconds(250));
        }

        // Less than a tick at the node that waits; in steps, since the refusal may not have been taken note of yet.
        for (var step = 0; step < 8 && !waiting.IsCompleted; step++)
        {
            cluster[0].Time.Advance(TimeSpan.FromMilliseconds(30));
            await Task.WhenAny(waiting, Task.Delay(TimeSpan.FromMilliseconds(100)));
        }

        Assert.True(waiting.IsCompletedSuccessfully, "nobody was asked again");
        Assert.Equal(1, cluster.Metrics(0).Borrowed.Value);
    }

    [Fact]
    public async Task A_node_with_room_and_no_connection_opens_one_to_lend_it()
    {
        await using var cluster = new TestCluster([0, 1], pool: o => o);
        var client = await cluster[0].LogInAsync();
        var waiting = client.QueryAsync("SELECT 1");
        await PassAsync(cluster, waiting);
        Assert.True((await waiting).Succeeded);
    }

    /// <summary>From a database to none there is no way back.</summary>
    [Fact]
    public async Task A_connection_that_does_not_fit_makes_room_for_one_that_does()
    {
        await using var cluster = new TestCluster([0, 1]);
        await (await cluster[1].LogInAsync(database: "a")).QueryAsync("SELECT 'in a database'");
        await cluster.SpareAsync(1);
        var client = await cluster[0].LogInAsync();
        var waiting = client.QueryAsync("SELECT 'in none'");
        await PassAsync(cluster, waiting);
        Assert.True((await waiting).Succeeded);
        Assert.Equal(1, cluster[1].Backend.Pool.Snapshot().Lent + cluster[1].Now.Idle);
    }

    [Fact]
    public async Task One_that_does_not_fit_stays_while_the_lender_uses_it()
    {
        await using var cluster = new TestCluster([0, 1]);
        var there = await cluster[1].LogInAsync(database: "a");
        await there.QueryAsync("SELECT 1");
        var client = await cluster[0].LogInAsync();
        var waiting = client.QueryAsync("SELECT 'in none'");
        for (var i = 0; i < 10; i++)
        {
            cluster.Advance(TimeSpan.FromMilliseconds(250));
            await there.QueryAsync("SELECT 1");
        }

        Assert.False(waiting.IsCompleted);
        Assert.DoesNotContain(cluster.Server.Log, s => s.Command == CommandCode.Quit);
        cluster.Advance(TimeSpan.FromSeconds(6));
        Assert.NotEqual(0, (await waiting).Error);
    }

    [Fact]
    public async Task What_comes_back_serves_the_lenders_own_line_first()
    {
        await using var cluster = await BorrowingTests.NewAsync();
        var (here, other, there) = (await cluster[0].LogInAsync(), await cluster[0].LogInAsync(), await cluster[1].LogInAsync());
        await here.QueryAsync("BEGIN");
        var own = there.QueryAsync("SELECT 'own'");
        await TestNode.UntilAsync(() => cluster[1].Now.Waiting == 1, "the lender's session waits");
        cluster.Advance(TimeSpan.FromMilliseconds(20));
        var late = other.QueryAsync("SELECT 'late'");
        await here.QueryAsync("COMMIT");
        Assert.True((await own).Succeeded);
        await PassAsync(cluster, late);
        Assert.True((await late).Succeeded);
        var order = cluster.Server.Queries.Where(q => q is "SELECT 'own'" or "SELECT 'late'");
        Assert.Equal(["SELECT 'own'", "SELECT 'late'"], order);
    }

    [Fact]
    public async Task No_more_than_the_limit_is_lent_to_one_node()
    {
        await using var cluster = new TestCluster([0, 4], options: new RemoteLeaseOptions { MaxPerPeer = 2 });
        await cluster.SpareAsync(1);
        var clients = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => cluster[0].LogInAsync()));
        await clients[0].QueryAsync("BEGIN");
        await clients[1].QueryAsync("BEGIN");
        var third = clients[2].QueryAsync("SELECT 3");
        await TestNode.UntilAsync(() => cluster[0].Now.Waiting == 1, "the third waits");
        cluster.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, cluster[1].Now.Lent);
        await clients[0].QueryAsync("COMMIT");
        await PassAsync(cluster, third);
        Assert.True((await third).Succeeded);
    }

    [Fact]
    public async Task A_borrower_with_a_higher_limit_is_told_that_there_is_no_more()
    {
        await using var cluster = new TestCluster([0, 4], options: new RemoteLeaseOptions { MaxPerPeer = 2 }, optionsOfFirst: new RemoteLeaseOptions());
        await cluster.SpareAsync(1);
        var clients = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => cluster[0].LogInAsync()));
        await clients[0].QueryAsync("BEGIN");
        await clients[1].QueryAsync("BEGIN");
        var third = clients[2].QueryAsync("SELECT 3");
        await TestNode.UntilAsync(() => cluster.Metrics(0).NotBorrowed.Values.Any(), "it is refused");
        Assert.Equal("Busy", cluster.Metrics(0).NotBorrowed.Values.Single().Key);
        Assert.Equal(2, cluster[1].Now.Lent);
        await clients[0].QueryAsync("COMMIT");
        await PassAsync(cluster, third);
        Assert.True((await third).Succeeded);
    }

    [Fact]
    public async Task A_node_that_is_to_leave_waits_for_what_it_has_lent_and_lends_no_more()
    {
        await using var cluster = new TestCluster([0, 2]);
        await cluster.SpareAsync(1);
        var (holder, other) = (await cluster[0].LogInAsync(), await cluster[0].LogInAsync());
        await holder.QueryAsync("BEGIN");
        var draining = cluster.DrainAsync(1);
        var waiting = other.QueryAsync("SELECT 1");
        await TestNode.UntilAsync(() => cluster.Metrics(1).NotLent.Values.Any(), "it is refused");
        Assert.False(draining.IsCompleted);
        cluster.Advance(TimeSpan.FromMilliseconds(20));
        Assert.True((await holder.QueryAsync("COMMIT")).Succeeded);
        await PassAsync(cluster, draining);
        cluster[0].Time.Advance(TimeSpan.FromSeconds(6));
        Assert.NotEqual(0, (await waiting).Error);
    }

    [Fact]
    public async Task What_comes_back_after_the_borrower_saw_a_failover_is_closed()
    {
        await using var cluster = await BorrowingTests.NewAsync();
        var client = await cluster[0].LogInAsync();
        await client.QueryAsync("BEGIN");
        cluster[0].Backend.Pool.RetireGeneration("read-only");
        await client.QueryAsync("COMMIT");
        await cluster.RestAsync();
        var thread = cluster.Server.Log.Single(s => s.Text == "BEGIN").ThreadId;
        Assert.DoesNotContain(cluster.Server.Live, c => c.ThreadId == thread);
    }

    [Fact]
    public async Task A_loan_that_comes_late_serves_its_waiter_all_the_same()
    {
        await using var cluster = new TestCluster([0, 1], options: new RemoteLeaseOptions { MaxLoan = TimeSpan.Zero });
        await cluster.SpareAsync(1);
        var client = await cluster[0].LogInAsync();
        for (var i = 0; i < 3; i++)
        {
            Assert.True((await client.QueryAsync($"SELECT {i}")).Succeeded);
        }

        Assert.Equal(3, cluster.Metrics(0).Borrowed.Value);
    }

    [Fact]
    public async Task Nodes_that_know_different_servers_by_one_name_lend_each_other_nothing()
    {
        var server = new FakeServer();
        await using var cluster = new TestCluster([0, 1], server);
        await cluster.SpareAsync(1);
        cluster[1].Backend.Fingerprints.Catalogue = new(new FakeServer { Globals = { ["max_sort_length"] = "1" } }.Globals, [], FakeVariables.Collations);
        var client = await cluster[0].LogInAsync();
        var waiting = client.QueryAsync("SELECT 1");
        await TestNode.UntilAsync(() => cluster.Metrics(0).NotBorrowed.Values.Any(v => v.Key == "OtherServer"), "it is refused");
        cluster[0].Time.Advance(TimeSpan.FromSeconds(6));
        Assert.NotEqual(0, (await waiting).Error);
        Assert.Equal(1, cluster[1].Now.Idle);
    }

    // Until something has come of it, time passes on all nodes.
    internal static Task PassAsync(TestCluster cluster, Task waiting) => TestNode.UntilAsync(
        () =>
        {
            cluster.Advance(TimeSpan.FromMilliseconds(10));
            return waiting.IsCompleted;
        },
        "it is served");

    /// <summary>Both nodes have one connection, and a transaction on it: somebody waits at the first, and was refused by the second.</summary>
    private static async Task<(FakeClient Busy, Task<FakeClientResult> Waiting)> StarveAsync(TestCluster cluster)
    {
        await cluster.SpareAsync(1);
        var (holder, busy, waiter) = (await cluster[0].LogInAsync(), await cluster[1].LogInAsync(), await cluster[0].LogInAsync());
        await holder.QueryAsync("BEGIN");
        await busy.QueryAsync("BEGIN");
        var waiting = waiter.QueryAsync("SELECT 'waited'");
        await TestNode.UntilAsync(() => cluster.Metrics(0).NotBorrowed.Values.Any(), "it is refused");
        return (busy, waiting);
    }
}
