using Pool.Actors.Cluster.Membership;
using Pool.Actors.Pooling;
using Pool.Testing;
using Pool.Wire.Commands;

namespace Pool.Actors.Tests.Cluster.Remote;

/// <summary>The user "app" may hold one connection; the first node has none, and borrows from the other.</summary>
public sealed class BorrowedQuotaTests
{
    [Fact]
    public async Task What_is_borrowed_counts_where_it_is_used_and_not_where_it_was_lent()
    {
        await using var cluster = await NewAsync();
        var (first, second, other) = (await cluster[0].LogInAsync(), await cluster[0].LogInAsync(), await cluster[0].LogInAsync("other"));
        await first.QueryAsync("BEGIN");
        var waiting = second.QueryAsync("SELECT 2");
        await TestNode.UntilAsync(() => Quota(cluster, 0).Waiting == 1, "it waits");
        Assert.Equal((1, 0), (Quota(cluster, 0).Used, Quota(cluster, 1).Used));
        await LendingTests.PassAsync(cluster, other.QueryAsync("SELECT 3"));

        await first.QueryAsync("COMMIT");
        await LendingTests.PassAsync(cluster, waiting);
        Assert.True((await waiting).Succeeded);
        await cluster.RestAsync();
        Assert.Equal((0, 0), (Quota(cluster, 0).Used, Quota(cluster, 1).Used));
    }

    [Fact]
    public async Task A_transaction_whose_client_leaves_is_undone_before_the_user_gets_another_connection()
    {
        await using var cluster = await NewAsync();
        var (first, second) = (await cluster[0].LogInAsync(), await cluster[0].LogInAsync());
        await first.QueryAsync("BEGIN");
        var waiting = second.QueryAsync("SELECT 2");
        await TestNode.UntilAsync(() => Quota(cluster, 0).Waiting == 1, "it waits");
        first.Transport.Close();
        await LendingTests.PassAsync(cluster, waiting);

        Assert.True((await waiting).Succeeded);
        var log = cluster.Server.Log.SkipWhile(s => s.Text != "BEGIN").ToList();
        Assert.True(log.FindIndex(s => s.Command == CommandCode.ResetConnection) < log.FindIndex(s => s.Text == "SELECT 2"));
        await cluster.RestAsync();
        Assert.Equal(0, Quota(cluster, 0).Used);
    }

    [Fact]
    public async Task A_loan_whose_pipe_breaks_counts_until_the_server_has_ended_it()
    {
        await using var cluster = await NewAsync();
        var (first, second) = (await cluster[0].LogInAsync(), await cluster[0].LogInAsync());
        await first.QueryAsync("BEGIN");
        var thread = cluster.Server.Log.Single(s => s.Text == "BEGIN").ThreadId;
        var waiting = second.QueryAsync("SELECT 2");
        await TestNode.UntilAsync(() => Quota(cluster, 0).Waiting == 1, "it waits");
        cluster.Pipes.First().Abort();
        Assert.NotEqual(0, (await first.QueryAsync("SELECT 1")).Error);

        await TestNode.UntilAsync(() => cluster.Server.Live.All(c => c.ThreadId != thread), "the server has ended it");
        await LendingTests.PassAsync(cluster, waiting);
        Assert.True((await waiting).Succeeded);
        await cluster.RestAsync();
        Assert.Equal(0, Quota(cluster, 0).Used);
    }

    [Fact]
    public async Task Nobody_is_asked_by_a_node_that_may_be_lost()
    {
        await using var cluster = await NewAsync();
        var client = await cluster[0].LogInAsync();
        cluster[0].Gate.IsOpen = false;
        var waiting = client.QueryAsync("SELECT 1");
        await TestNode.UntilAsync(() => cluster[0].Now.Waiting == 1, "it waits");
        cluster.Advance(TimeSpan.FromMilliseconds(250));
        Assert.Equal(0, cluster.Metrics(0).Borrowed.Value);

        cluster[0].Gate.IsOpen = true;
        await LendingTests.PassAsync(cluster, waiting);
        Assert.True((await waiting).Succeeded);
        Assert.Equal(1, cluster.Metrics(0).Borrowed.Value);
    }

    [Fact]
    public async Task A_lender_knows_until_the_end_that_a_lost_node_has_something()
    {
        await using var cluster = await NewAsync();
        var client = await cluster[0].LogInAsync();
        await client.QueryAsync("BEGIN");
        var (lending, borrower) = (cluster[1].Backend.Pool.Lending, new Incarnation(1));
        Assert.True(lending.HasLent(to => to == borrower));
        Assert.False(lending.HasLent(to => to != borrower));

        cluster.Lose(0);
        await TestNode.UntilAsync(() => !lending.HasLent(to => to == borrower), "it has ended");
        Assert.True(cluster[1].Now is { Leased: 0, Closing: 0 });
    }

    private static async Task<TestCluster> NewAsync()
    {
        var cluster = new TestCluster([0, 2], pool: static o => o with { UserCaps = new Dictionary<string, int> { ["app"] = 1 } });
        await cluster.SpareAsync(1);
        return cluster;
    }

    private static UserQuota Quota(TestCluster cluster, int node) => cluster[node].Backend.Pool.QuotaOf("app")!;
}
