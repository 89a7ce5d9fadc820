using Pool.Actors.Backends;
using Pool.Testing;
using Pool.Wire.Commands;

namespace Pool.Actors.Tests.Sessions;

/// <summary>Nothing is held for ever; whoever is cut off is told by which limit.</summary>
public sealed class LimitTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_transaction_that_idles_is_rolled_back_and_its_session_ended()
    {
        await using var node = new TestNode(connections: 1, limits: new LeaseLimits { IdleInTransactionTimeout = 10 * s_second });
        var client = await node.LogInAsync();
        await client.QueryAsync("BEGIN");
        await node.HoldsAsync(client, true);
        node.Time.Advance(9 * s_second);
        Assert.True((await client.QueryAsync("INSERT 1")).Succeeded);
        await node.HoldsAsync(client, true);
        node.Time.Advance(11 * s_second);
        await AssertEndedAsync(client, 4031, "IdleInTransactionTimeout");
        await node.RestAsync();
        Assert.Equal(CommandCode.ResetConnection, node.Server.Log.SkipWhile(s => s.Text != "INSERT 1").ElementAt(1).Command);
    }

    [Fact]
    public async Task A_pinned_session_that_idles_is_ended_and_told_the_reason()
    {
        await using var node = new TestNode(limits: new LeaseLimits { IdlePinnedTimeout = 10 * s_second });
        var client = await node.LogInAsync();
        await client.QueryAsync("SELECT GET_LOCK('a', 1)");
        await node.HoldsAsync(client, true);
        node.Time.Advance(11 * s_second);
        await AssertEndedAsync(client, 4031, "UserLocks");
    }

    [Fact]
    public async Task A_client_that_says_nothing_is_ended()
    {
        await using var node = new TestNode();
        node.Services.Limits = new() { IdleTimeout = 10 * s_second };
        var client = await node.LogInAsync();
        await client.QueryAsync("SELECT 1");
        await node.HoldsAsync(client, false);
        node.Time.Advance(9 * s_second);
        node.SessionOf(client).CheckIdle(node.Time.GetTimestamp());
        Assert.True((await client.QueryAsync("SELECT 1")).Succeeded);
        await node.HoldsAsync(client, false);
        node.Time.Advance(11 * s_second);
        node.SessionOf(client).CheckIdle(node.Time.GetTimestamp());
        await AssertEndedAsync(client, 4031, "inactivity");
    }

    [Theory]
    [InlineData("SELECT 1", false)]
    [InlineData("BEGIN", true)]
    public async Task A_session_ends_after_its_own_wait_timeout_whatever_it_holds(string last, bool holds)
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        await client.QueryAsync("SET wait_timeout = 10");
        await client.QueryAsync(last);
        await node.HoldsAsync(client, holds);
        node.Time.Advance(9 * s_second);
        node.SessionOf(client).CheckIdle(node.Time.GetTimestamp());
        Assert.True((await client.QueryAsync("SELECT 2")).Succeeded);
        await node.HoldsAsync(client, holds);
        node.Time.Advance(9 * s_second);
        node.SessionOf(client).CheckIdle(node.Time.GetTimestamp());
        Assert.Equal(1, node.Services.Sessions.Count);
        node.Time.Advance(2 * s_second);
        node.SessionOf(client).CheckIdle(node.Time.GetTimestamp());
        await AssertEndedAsync(client, 4031, "The client was disconnected by the server because of inactivity");
        await node.RestAsync();
    }

    [Fact]
    public async Task A_longer_wait_timeout_than_the_nodes_own_changes_nothing()
    {
        await using var node = new TestNode();
        node.Services.Limits = new() { IdleTimeout = 10 * s_second };
        var client = await node.LogInAsync();
        await client.QueryAsync("SET wait_timeout = 100");
        await node.HoldsAsync(client, false);
        node.Time.Advance(11 * s_second);
        node.SessionOf(client).CheckIdle(node.Time.GetTimestamp());
        await AssertEndedAsync(client, 4031, "inactivity");
    }

    [Fact]
    public async Task A_MariaDB_session_ends_without_a_word()
    {
        await using var node = new TestNode(flavour: ServerFlavour.MariaDb);
        var client = await node.LogInAsync();
        await client.QueryAsync("SET wait_timeout = 10");
        await node.HoldsAsync(client, false);
        node.Time.Advance(11 * s_second);
        node.SessionOf(client).CheckIdle(node.Time.GetTimestamp());
        Assert.Null(await client.ReadAsync());
    }

    [Fact]
    public async Task A_statement_over_its_time_is_killed_once_and_the_session_goes_on()
    {
        var asleep = new TaskCompletionSource();
        await using var node = new TestNode(
            limits: new LeaseLimits { QueryTimeout = 10 * s_second },
            server: new FakeServer { Script = (_, s) => s.Text == "SELECT SLEEP(9)" ? FakeServerReply.None with { Wait = asleep.Task } : null });
        var client = await node.LogInAsync();
        var result = client.QueryAsync("SELECT SLEEP(9)");
        await TestNode.UntilAsync(() => node.Server.Queries.Contains("SELECT SLEEP(9)"), "it runs");
        node.Time.Advance(9 * s_second);
        Assert.False(result.IsCompleted);
        node.Time.Advance(5 * s_second);
        Assert.Equal(1317, (await result).Error);
        Assert.Equal(1, node.Backend.Metrics.LimitsReached["QueryTimeout"].Value);
        Assert.Single(node.Server.Queries, q => q.StartsWith("KILL", StringComparison.Ordinal));
        Assert.True((await client.QueryAsync("SELECT 1")).Succeeded);
    }

    [Fact]
    public async Task A_client_that_does_not_read_its_reply_loses_its_connection()
    {
        await using var node = new TestNode(connections: 1, limits: new LeaseLimits { ClientWriteTimeout = 10 * s_second });
        var client = await node.LogInAsync(capacity: 4096);
        await client.SendAsync(CommandCode.Query, "SELECT a LIMIT 20000"u8.ToArray());
        await TestNode.UntilAsync(() => node.Server.Queries.Contains("SELECT a LIMIT 20000"), "it runs");
        await TestNode.UntilAsync(
            () =>
            {
                node.Time.Advance(s_second);
                return node.Services.Sessions.Count == 0;
            },
            "its session ends");
        await node.RestAsync();
        Assert.Equal(0, node.Now.Idle);
    }

    [Fact]
    public async Task Who_waits_too_long_is_told_the_limit_and_that_nothing_was_executed()
    {
        await using var node = new TestNode(connections: 1, pool: o => o with { LeaseTimeout = 3 * s_second });
        var (holder, client) = (await node.LogInAsync(), await node.LogInAsync());
        await holder.QueryAsync("BEGIN");
        var waiting = client.QueryAsync("SELECT 'late'");
        await TestNode.UntilAsync(() => node.Now.Waiting == 1, "it waits");
        node.Time.Advance(4 * s_second);
        var result = await waiting;
        Assert.Equal(1205, result.Error);
        Assert.Contains("3000 ms (LeaseTimeout)", result.Text, StringComparison.Ordinal);
        Assert.Contains("not executed", result.Text, StringComparison.Ordinal);
        await holder.QueryAsync("COMMIT");
        Assert.True((await client.QueryAsync("SELECT 1")).Succeeded);
        Assert.DoesNotContain("SELECT 'late'", node.Server.Queries);
    }

    [Fact]
    public async Task Who_waits_too_long_at_a_paused_pool_is_told_that_it_is_paused()
    {
        await using var node = new TestNode(connections: 1, pool: o => o with { LeaseTimeout = 3 * s_second });
        var client = await node.LogInAsync();
        node.Backend.Pool.Pause();
        var waiting = client.QueryAsync("SELECT 'late'");
        await TestNode.UntilAsync(() => node.Now.Waiting == 1, "it waits");
        node.Time.Advance(4 * s_second);
        Assert.EndsWith("not executed. An operator has paused the pool, until 'pbm pool resume'", (await waiting).Text, StringComparison.Ordinal);
        node.Backend.Pool.Resume();
        Assert.True((await client.QueryAsync("SELECT 1")).Succeeded);
    }

    [Fact]
    public async Task A_full_line_is_told_at_once()
    {
        await using var node = new TestNode(connections: 1, pool: o => o with { MaxWaiters = 1 });
        var (holder, first, second) = (await node.LogInAsync(), await node.LogInAsync(), await node.LogInAsync());
        await holder.QueryAsync("BEGIN");
        var waiting = first.QueryAsync("SELECT 1");
        await TestNode.UntilAsync(() => node.Now.Waiting == 1, "it waits");
        var result = await second.QueryAsync("SELECT 2");
        Assert.Equal(1205, result.Error);
        Assert.Contains("MaxWaiters", result.Text, StringComparison.Ordinal);
        await holder.QueryAsync("COMMIT");
        Assert.True((await waiting).Succeeded);
    }

    private static async Task AssertEndedAsync(FakeClient client, int error, string text)
    {
        var result = await client.ReadResultAsync(0);
        Assert.Equal(error, result.Error);
        Assert.Contains(text, result.Text, StringComparison.Ordinal);
        Assert.Null(await client.ReadAsync());
    }
}
