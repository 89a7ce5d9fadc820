using Pool.Testing;
using Pool.Wire.Commands;
using Pool.Wire.Handshake;
using Pool.Wire.Replies;

namespace Pool.Actors.Tests.Sessions;

public sealed class StraightPathTests
{
    private const Capabilities Old = FakeClient.Flags & ~(Capabilities.DeprecateEof | Capabilities.SessionTrack);

    [Theory]
    [InlineData(FakeClient.Flags)]
    [InlineData(Old)]
    [InlineData(FakeClient.Flags & ~Capabilities.SessionTrack)]
    [InlineData(FakeClient.Flags & ~Capabilities.DeprecateEof)]
    public async Task A_client_of_any_format_gets_its_rows_and_nothing_else(Capabilities flags)
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync(flags: flags);
        foreach (var rows in (int[])[0, 1, 300])
        {
            var result = await client.QueryAsync($"SELECT a LIMIT {rows}");
            Assert.Equal(Enumerable.Repeat($"SELECT a LIMIT {rows}", rows), result.Rows);
            Assert.Equal(ServerStatus.Autocommit, result.Status);
        }
    }

    [Fact]
    public async Task A_client_with_the_servers_format_gets_the_servers_bytes()
    {
        await using var node = new TestNode();
        var reply = FakeServerReply.Rows(ServerStatus.Autocommit, "a", ["1", null, new string('x', 300)]);
        node.Server.Script = (_, statement) => statement.Text == "SELECT a" ? reply : null;
        var client = await node.LogInAsync();
        await client.SendAsync(CommandCode.Query, "SELECT a"u8.ToArray());
        foreach (var payload in reply.Payloads)
        {
            Assert.Equal(payload, await client.ReadAsync());
        }
    }

    [Fact]
    public async Task A_connection_goes_back_after_every_statement_and_serves_everybody()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync("other"));
        for (var i = 0; i < 10; i++)
        {
            Assert.True((await first.QueryAsync($"SELECT {i}")).Succeeded);
            await node.HoldsAsync(first, false);
            Assert.True((await second.QueryAsync($"INSERT {i}")).Succeeded);
        }

        await node.RestAsync();
        Assert.Equal(1, node.Now.Idle);
        Assert.Single(node.Server.Live);
    }

    [Fact]
    public async Task A_transaction_keeps_its_connection_until_it_ends()
    {
        await using var node = new TestNode();
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("BEGIN");
        await first.QueryAsync("INSERT 1");
        await second.QueryAsync("INSERT 2");
        await node.HoldsAsync(first, true);
        await first.QueryAsync("COMMIT");
        await node.HoldsAsync(first, false);
        var threads = node.Server.Log.Where(s => s.Text is "BEGIN" or "INSERT 1" or "COMMIT").Select(s => s.ThreadId);
        Assert.Single(threads.Distinct());
        Assert.NotEqual(threads.First(), node.Server.Log.Single(s => s.Text == "INSERT 2").ThreadId);
    }

    [Fact]
    public async Task Commands_in_one_write_are_answered_one_after_the_other()
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        var commands = Enumerable.Range(0, 50).SelectMany(i => Packet(CommandCode.Query, $"SELECT {i}")).ToArray();
        await client.SendRawAsync(commands);
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal($"SELECT {i}", (await client.ReadResultAsync()).Value);
        }
    }

    [Fact]
    public async Task A_command_may_come_split_at_every_byte()
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        var command = Packet(CommandCode.Query, "SELECT 'split'");
        for (var at = 1; at < command.Length; at++)
        {
            await node.ReadsAsync(at, () => client.SendRawAsync(command[..at]));
            await client.SendRawAsync(command[at..]);
            Assert.Equal("SELECT 'split'", (await client.ReadResultAsync()).Value);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Bytes_may_come_in_any_pieces_from_both_sides(int seed)
    {
        await using var node = new TestNode(server: new FakeServer { Seed = seed });
        var client = await node.LogInAsync(flags: Old, seed: seed);
        for (var i = 0; i < 20; i++)
        {
            var result = await client.QueryAsync($"SELECT '{new string('y', 40 * i)}' LIMIT {i}");
            Assert.True(result.Rows?.Count == i, $"seed {seed}: {result}");
        }

        Assert.Empty(node.Server.Faults);
    }

    [Fact]
    public async Task Several_results_of_one_command_all_reach_the_client()
    {
        await using var node = new TestNode();
        var more = ServerStatus.Autocommit | ServerStatus.MoreResults;
        node.Server.Script = (_, statement) => statement.Text == "SELECT 1; INSERT 2; SELECT 3"
            ? FakeServerReply.Several(
                FakeServerReply.Rows(more, "a", ["1"]), FakeServerReply.Ok(more, 7), FakeServerReply.Rows(ServerStatus.Autocommit, "b", ["3"]))
            : null;
        var client = await node.LogInAsync(flags: Old | Capabilities.MultiStatements);
        Assert.Equal("1", (await client.QueryAsync("SELECT 1; INSERT 2; SELECT 3")).Value);
        Assert.Equal(7ul, (await client.ReadNextResultAsync()).AffectedRows);
        Assert.Equal("3", (await client.ReadNextResultAsync()).Value);
        Assert.True((await client.QueryAsync("SELECT 4")).Succeeded);
    }

    private static byte[] Packet(CommandCode command, string text) =>
        [(byte)(text.Length + 1), 0, 0, 0, (byte)command, .. System.Text.Encoding.UTF8.GetBytes(text)];
}
