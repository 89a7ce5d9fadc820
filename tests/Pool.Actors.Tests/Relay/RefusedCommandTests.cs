using System.Text;
using Pool.Actors.Backends;
using Pool.Actors.Sessions;
using Pool.Testing;
using Pool.Wire.Commands;

namespace Pool.Actors.Tests.Relay;

/// <summary>What a small command may not do a large one may not either, and who is refused can go on.</summary>
public sealed class RefusedCommandTests
{
    private const int TwoPackets = 0xFF_FFFF + 10;
    private static readonly string s_padding = $"/* {new string('x', 50_000)} */";

    [Fact]
    public async Task A_kill_too_large_to_be_read_first_is_refused_and_never_completed_at_the_server()
    {
        await using var node = new TestNode();
        var (client, victim) = (await node.LogInAsync(), await node.LogInAsync());
        var result = await client.QueryAsync($"KILL {s_padding} {victim.ConnectionId}");
        Assert.Equal(1235, result.Error);
        Assert.True((await client.QueryAsync("SELECT 1")).Succeeded);
        Assert.True((await victim.QueryAsync("SELECT 1")).Succeeded);
        Assert.DoesNotContain(node.Server.Queries, q => q.StartsWith("KILL /*", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_large_statement_may_not_pin_one_session_too_many()
    {
        await using var node = await NodeWithOnePinnedAsync();
        var client = await node.LogInAsync();
        var result = await client.QueryAsync($"SELECT {s_padding} GET_LOCK('a', 1)");
        Assert.Equal(1205, result.Error);
        Assert.Contains("MaxPinned", result.Text, StringComparison.Ordinal);
        Assert.True((await client.QueryAsync("SELECT 1")).Succeeded);
        Assert.DoesNotContain(node.Server.Queries, q => q.StartsWith("SELECT /*", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("SELECT ?")]
    [InlineData("large")]
    public async Task A_prepared_statement_may_not_pin_one_session_too_many(string sql)
    {
        await using var node = await NodeWithOnePinnedAsync();
        node.Backend.SharesSettings = false;
        var client = await node.LogInAsync();
        var text = sql == "large" ? $"SELECT {s_padding} ?" : sql;
        var result = await client.RunAsync(CommandCode.StmtPrepare, Encoding.UTF8.GetBytes(text));
        Assert.Equal(1205, result.Error);
        Assert.Contains("MaxPinned", result.Text, StringComparison.Ordinal);
        Assert.True((await client.QueryAsync("SELECT 1")).Succeeded);
        Assert.DoesNotContain(node.Server.Log, s => s.Command == CommandCode.StmtPrepare);
    }

    [Fact]
    public async Task A_pinned_session_may_prepare_although_no_other_may()
    {
        await using var node = await NodeWithOnePinnedAsync(s => s.PrepareAsync("SELECT 1"));
        Assert.Single(node.Server.Log, s => s.Command == CommandCode.StmtPrepare);
    }

    [Fact]
    public async Task The_error_to_a_large_command_that_got_no_connection_follows_its_last_packet()
    {
        await using var node = new TestNode(connections: 1, pool: o => o with { LeaseTimeout = TimeSpan.FromSeconds(3) });
        var (holder, client) = (await node.LogInAsync(), await node.LogInAsync());
        await holder.QueryAsync("BEGIN");
        var sending = client.SendAsync(CommandCode.Query, new byte[TwoPackets]);
        await TestNode.UntilAsync(() => node.Now.Waiting == 1, "it waits");
        node.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(1205, (await client.ReadResultAsync(sequence: 2)).Error);
        await sending;
        await holder.QueryAsync("COMMIT");
        Assert.True((await client.QueryAsync("SELECT 1")).Succeeded);
    }

    [Fact]
    public async Task The_error_to_a_large_command_that_is_not_served_follows_its_last_packet()
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        var sending = client.SendAsync(CommandCode.BinlogDump, new byte[TwoPackets]);
        Assert.Equal(1235, (await client.ReadResultAsync(sequence: 2)).Error);
        await sending;
        Assert.True((await client.QueryAsync("SELECT 1")).Succeeded);
    }

    private static async Task<TestNode> NodeWithOnePinnedAsync(Func<FakeClient, Task>? then = null)
    {
        // One more than is in use: the place of a connection that is given up may take a while to be free, on a clock that stands still.
        var node = new TestNode(connections: 3, limits: new LeaseLimits { MaxPinned = 1 });
        var pinned = await node.LogInAsync();
        await pinned.QueryAsync("SELECT GET_LOCK('a', 1)");
        await node.PinnedAsync(pinned, PinReasons.UserLocks);
        await (then?.Invoke(pinned) ?? Task.CompletedTask);
        return node;
    }
}
