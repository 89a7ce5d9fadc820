using Pool.Actors.Pooling;
using Pool.Testing;

namespace Pool.Actors.Tests.Sessions;

/// <summary>The user "app" may hold one connection at once, the others as many as there are.</summary>
public sealed class UserCapTests
{
    [Fact]
    public async Task A_users_second_transaction_waits_for_the_first_and_other_users_pass()
    {
        await using var node = New();
        var (first, second, other) = (await node.LogInAsync(), await node.LogInAsync(), await node.LogInAsync("other"));
        await first.QueryAsync("BEGIN");

        var waiting = second.QueryAsync("SELECT 2");
        Assert.True((await other.QueryAsync("SELECT 3")).Succeeded);
        Assert.False(waiting.IsCompleted);
        Assert.Equal(0, node.Now.Waiting);

        await first.QueryAsync("COMMIT");
        Assert.True((await waiting).Succeeded);
        Assert.Equal(0, Quota(node).Used);
    }

    [Fact]
    public async Task A_statement_that_has_waited_too_long_names_the_user_and_the_setting()
    {
        await using var node = New();
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("BEGIN");
        var waiting = second.QueryAsync("SELECT 2");
        await TestNode.UntilAsync(() => Quota(node).Waiting == 1, "it waits");
        node.Time.Advance(node.Backend.Pool.Options.LeaseTimeout);

        var result = await waiting;
        Assert.Equal(1205, result.Error);
        Assert.Contains("user 'app' may hold 1 backend connections at once (MaxConnections of the user)", result.Text, StringComparison.Ordinal);
        await first.QueryAsync("COMMIT");
        Assert.True((await second.QueryAsync("SELECT 2")).Succeeded);
    }

    [Fact]
    public async Task A_client_that_leaves_in_its_transaction_gives_the_place_back_once_that_is_undone()
    {
        await using var node = New();
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("BEGIN");
        var waiting = second.QueryAsync("SELECT 2");
        await TestNode.UntilAsync(() => Quota(node).Waiting == 1, "it waits");
        first.Transport.Close();

        Assert.True((await waiting).Succeeded);
        await node.RestAsync();
        Assert.Equal((0, 0), (Quota(node).Used, Quota(node).Waiting));
    }

    [Fact]
    public async Task A_session_that_waits_for_its_users_place_can_be_killed()
    {
        await using var node = New();
        var (first, second, admin) = (await node.LogInAsync(), await node.LogInAsync(), await node.LogInAsync("admin"));
        await first.QueryAsync("BEGIN");
        var waiting = second.QueryAsync("SELECT 2");
        await TestNode.UntilAsync(() => Quota(node).Waiting == 1, "it waits");
        await admin.QueryAsync($"KILL QUERY {node.SessionOf(second).Id.Value}");

        Assert.Equal(1317, (await waiting).Error);
        Assert.Equal((1, 0), (Quota(node).Used, Quota(node).Waiting));
    }

    [Fact]
    public async Task A_connection_that_is_lost_gives_the_place_back()
    {
        await using var node = New();
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("BEGIN");
        var waiting = second.QueryAsync("SELECT 2");
        await TestNode.UntilAsync(() => Quota(node).Waiting == 1, "it waits");
        node.Server.Kill(node.Server.Log.Single(s => s.Text == "BEGIN").ThreadId, ends: true);
        Assert.NotEqual(0, (await first.QueryAsync("SELECT 1")).Error);

        Assert.True((await waiting).Succeeded);
        await node.RestAsync();
        Assert.Equal(0, Quota(node).Used);
    }

    private static TestNode New() => new(
        connections: 4, pool: static o => o with { UserCaps = new Dictionary<string, int> { ["app"] = 1 } });

    private static UserQuota Quota(TestNode node) => node.Backend.Pool.QuotaOf("app")!;
}
