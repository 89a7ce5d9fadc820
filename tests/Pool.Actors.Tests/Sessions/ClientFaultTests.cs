using Pool.Testing;
using Pool.Wire.Commands;

namespace Pool.Actors.Tests.Sessions;

public sealed class ClientFaultTests
{
    [Fact]
    public async Task A_client_that_leaves_in_a_transaction_is_rolled_back()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        await client.QueryAsync("BEGIN");
        await client.QueryAsync("INSERT 1");
        client.Transport.Abort();
        await TestNode.UntilAsync(() => node.Services.Sessions.Count == 0, "the session ends");
        await node.RestAsync();
        Assert.Equal(1, node.Now.Idle);
        Assert.Equal(CommandCode.ResetConnection, node.Server.Log.SkipWhile(s => s.Text != "INSERT 1").ElementAt(1).Command);
    }

    [Fact]
    public async Task A_client_that_leaves_in_mid_reply_costs_the_connection_and_nobody_reads_the_rest()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync(capacity: 4096);
        await client.SendAsync(CommandCode.Query, "SELECT 'mine' LIMIT 20000"u8.ToArray());
        await client.ReadRawAsync(new byte[100]);
        client.Transport.Abort();
        await node.RestAsync();
        var other = await node.LogInAsync();
        Assert.Equal("SELECT 'other'", (await other.QueryAsync("SELECT 'other'")).Value);
    }

    [Fact]
    public async Task A_statement_whose_client_left_right_after_it_is_finished()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        await client.SendAsync(CommandCode.Query, "INSERT 1"u8.ToArray());
        client.Transport.Close();
        await TestNode.UntilAsync(() => node.Services.Sessions.Count == 0, "the session ends");
        await node.RestAsync();
        Assert.Single(node.Server.Queries, "INSERT 1");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Garbage_ends_the_session_or_is_answered_and_leaves_nothing_behind(int seed)
    {
        var random = new Random(seed);
        await using var node = new TestNode(connections: 1);
        for (var i = 0; i < 30; i++)
        {
            var client = await node.LogInAsync();
            var bytes = new byte[random.Next(1, 300)];
            random.NextBytes(bytes);
            bytes[Math.Min(2, bytes.Length - 1)] = 0;
            await client.SendRawAsync(bytes);
            client.Transport.Close();
            await TestNode.UntilAsync(() => node.Services.Sessions.Count == 0, $"the session ends (seed {seed}, round {i})");
        }

        await node.RestAsync();
        var other = await node.LogInAsync();
        Assert.True((await other.QueryAsync("SELECT 1")).Succeeded, $"seed {seed}");
    }
}
