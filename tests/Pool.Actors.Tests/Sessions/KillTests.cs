using Pool.Testing;
using Pool.Wire.Commands;

namespace Pool.Actors.Tests.Sessions;

public sealed class KillTests
{
    [Fact]
    public async Task A_query_can_be_killed_and_its_session_goes_on()
    {
        await using var node = NodeThatSleeps();
        var (victim, killer) = (await node.LogInAsync(), await node.LogInAsync());
        var sleeping = victim.QueryAsync("SELECT SLEEP(100)");
        await RunsAsync(node);
        Assert.True((await killer.QueryAsync($"KILL QUERY {victim.ConnectionId}")).Succeeded);
        Assert.Equal(1317, (await sleeping).Error);
        Assert.True((await victim.QueryAsync("SELECT 1")).Succeeded);
        Assert.Contains($"KILL QUERY {node.Server.Log.First(s => s.Text == "SELECT SLEEP(100)").ThreadId}", node.Server.Queries);
    }

    [Theory]
    [InlineData("KILL {0}")]
    [InlineData("KILL CONNECTION {0}")]
    public async Task A_session_can_be_killed_and_its_statement_ends_with_it(string sql)
    {
        await using var node = NodeThatSleeps();
        var (victim, killer) = (await node.LogInAsync(), await node.LogInAsync());
        var sleeping = victim.QueryAsync("SELECT SLEEP(100)");
        await RunsAsync(node);
        Assert.True((await killer.QueryAsync(sql.Replace("{0}", $"{victim.ConnectionId}", StringComparison.Ordinal))).Succeeded);
        Assert.True((await sleeping).IsClosed);
        await node.RestAsync();
        Assert.Equal(1, node.Services.Sessions.Count);
    }

    [Fact]
    public async Task A_killed_session_in_a_transaction_is_rolled_back()
    {
        await using var node = new TestNode(connections: 1);
        var (victim, killer) = (await node.LogInAsync(), await node.LogInAsync());
        await victim.QueryAsync("BEGIN");
        Assert.True((await killer.RunAsync(CommandCode.ProcessKill, BitConverter.GetBytes(victim.ConnectionId))).Succeeded);
        await node.RestAsync();
        Assert.Contains(node.Server.Log.SkipWhile(s => s.Text != "BEGIN"), s => s.Command == CommandCode.ResetConnection);
        Assert.Null(await victim.ReadAsync());
    }

    [Theory]
    [InlineData("QUERY ")]
    [InlineData("")]
    public async Task A_session_that_waits_in_line_can_be_killed(string scope)
    {
        await using var node = new TestNode(connections: 1);
        var (holder, victim, killer) = (await node.LogInAsync(), await node.LogInAsync(), await node.LogInAsync());
        await holder.QueryAsync("BEGIN");
        var waiting = victim.QueryAsync("SELECT 'never'");
        await TestNode.UntilAsync(() => node.Now.Waiting == 1, "it waits");
        Assert.True((await killer.QueryAsync($"KILL {scope}{victim.ConnectionId}")).Succeeded);
        var result = await waiting;
        Assert.True(scope.Length > 0 ? result.Error == 1317 : result.IsClosed, $"{result}");
        Assert.DoesNotContain("SELECT 'never'", node.Server.Queries);
        Assert.Equal(0, node.Now.Waiting);
    }

    [Fact]
    public async Task A_session_can_kill_itself()
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        Assert.Equal(1317, (await client.QueryAsync($"KILL QUERY {client.ConnectionId}")).Error);
        Assert.True((await client.QueryAsync("SELECT 1")).Succeeded);
        Assert.Equal(1317, (await client.QueryAsync($"KILL {client.ConnectionId}")).Error);
        Assert.Null(await client.ReadAsync());
    }

    [Fact]
    public async Task Only_known_sessions_of_the_own_user_can_be_killed()
    {
        await using var node = new TestNode();
        var (mine, others, admin) = (await node.LogInAsync(), await node.LogInAsync("other"), await node.LogInAsync("admin"));
        await mine.QueryAsync("SELECT 1");
        Assert.Equal(1094, (await mine.QueryAsync("KILL 1")).Error);
        Assert.Equal(1094, (await mine.QueryAsync("KILL 99999999999999")).Error);
        Assert.Equal(1095, (await mine.QueryAsync($"KILL {others.ConnectionId}")).Error);
        Assert.True((await others.QueryAsync("SELECT 1")).Succeeded);
        Assert.True((await admin.QueryAsync($"KILL {others.ConnectionId}")).Succeeded);
        Assert.Null(await others.ReadAsync());
        Assert.DoesNotContain(node.Server.Queries, q => q.StartsWith("KILL", StringComparison.Ordinal));
    }

    /// <summary>The server applies a KILL to whatever runs when it arrives; only a gate keeps that from being another's.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_kill_that_races_with_the_end_of_a_statement_hits_nobody_else(int seed)
    {
        var random = new Random(seed);
        await using var node = new TestNode(connections: 1);
        var (victim, bystander, killer) = (await node.LogInAsync(), await node.LogInAsync(), await node.LogInAsync());
        node.Server.Pace = () => Hops(random);
        for (var i = 0; i < 60; i++)
        {
            var mine = victim.QueryAsync("SELECT 'victim'");
            var other = bystander.QueryAsync("SELECT 'bystander'");
            var kill = killer.QueryAsync($"KILL QUERY {victim.ConnectionId}");
            Assert.True((await mine) is { Error: 0 or 1317 }, $"seed {seed}, round {i}: {await mine}");

            // What comes after an error lets go of the connection that was kept for SHOW ERRORS.
            Assert.True((await victim.QueryAsync("SELECT 'next'")) is { Error: 0 or 1317 }, $"seed {seed}, round {i}");
            await victim.RunAsync(CommandCode.ResetConnection);
            Assert.True((await other).Succeeded, $"seed {seed}, round {i}: {await other}");
            Assert.True((await kill).Succeeded, $"seed {seed}, round {i}");
        }

        static async Task Hops(Random random)
        {
            int hops;
            lock (random)
            {
                hops = random.Next(20);
            }

            for (; hops > 0; hops--)
            {
                await Task.Yield();
            }
        }
    }

    private static Task RunsAsync(TestNode node) =>
        TestNode.UntilAsync(() => node.Server.Queries.Contains("SELECT SLEEP(100)"), "the statement runs");

    private static TestNode NodeThatSleeps() => new(server: new FakeServer
    {
        Script = (_, statement) => statement.Text == "SELECT SLEEP(100)"
            ? FakeServerReply.None with { Wait = new TaskCompletionSource().Task }
            : null,
    });
}
