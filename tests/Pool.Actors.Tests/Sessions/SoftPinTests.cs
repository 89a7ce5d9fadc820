using Pool.Testing;

namespace Pool.Actors.Tests.Sessions;

/// <summary>Warnings that a client may ask for are not worth keeping others waiting.</summary>
public sealed class SoftPinTests
{
    [Theory]
    [InlineData("UPDATE t SET a = 1")]
    [InlineData("INSERT IGNORE 1")]
    public async Task With_others_in_line_a_warning_does_not_keep_the_connection(string sql)
    {
        var release = new TaskCompletionSource();
        await using var node = NodeThatWarns(sql, release.Task);
        var (client, other) = (await node.LogInAsync(), await node.LogInAsync());
        var warned = client.QueryAsync(sql);
        await TestNode.UntilAsync(() => node.Server.Queries.Contains(sql), "it runs");
        var waiting = other.QueryAsync("SELECT 'other'");
        await TestNode.UntilAsync(() => node.Now.Waiting == 1, "the other waits");
        release.SetResult();
        Assert.Equal(1, (await warned).Warnings);
        Assert.True((await waiting).Succeeded);
    }

    [Fact]
    public async Task Whoever_comes_to_wait_gets_at_once_what_is_kept_for_a_warning_and_nobody_waits_for_a_clock()
    {
        const string Sql = "UPDATE t SET a = 1";
        await using var node = NodeThatWarns(Sql, Task.CompletedTask);
        var (client, other) = (await node.LogInAsync(), await node.LogInAsync());
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(1, (await client.QueryAsync(Sql)).Warnings);
            if (i % 2 == 0)
                await node.HoldsAsync(client, true);
            Assert.True((await other.QueryAsync("SELECT 'other'")).Succeeded);
        }
    }

    private static TestNode NodeThatWarns(string sql, Task when) => new(connections: 1, server: new FakeServer
    {
        Script = (connection, statement) => statement.Text == sql
            ? FakeServerReply.Ok(connection.Session.Status, affected: 1, warnings: 1) with { Wait = when }
            : null,
    });
}
