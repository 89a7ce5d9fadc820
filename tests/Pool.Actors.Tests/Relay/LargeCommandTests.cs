using Pool.Actors.Backends;
using Pool.Actors.Sessions;
using Pool.Testing;
using Pool.Wire.Commands;
using Pool.Wire.Handshake;

namespace Pool.Actors.Tests.Relay;

public sealed class LargeCommandTests
{
    private const Capabilities Old = FakeClient.Flags & ~(Capabilities.DeprecateEof | Capabilities.SessionTrack);

    [Theory]
    [InlineData(16 * 1024 - 6)]
    [InlineData(16 * 1024 - 5)]
    [InlineData(16 * 1024 - 4)]
    [InlineData(100_000)]
    [InlineData(0xFF_FFFF - 1)]
    [InlineData(0xFF_FFFF)]
    [InlineData(40_000_000)]
    public async Task A_command_of_any_size_arrives_whole_and_is_answered_in_sequence(int length)
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync(flags: Old);
        var text = new byte[length];
        new Random(length).NextBytes(text);
        "INSERT /* "u8.CopyTo(text);
        node.Server.Script = (connection, statement) =>
            statement.Payload.AsSpan(1).SequenceEqual(text) ? FakeServerReply.Rows(connection.Session.Status, "a", ["whole"]) : null;
        await client.SendAsync(CommandCode.Query, text);
        var packets = ((length + 1) / 0xFF_FFFF) + 1;
        Assert.Equal("whole", (await client.ReadResultAsync((byte)packets)).Value);
        Assert.Empty(node.Server.Faults);
        Assert.Equal("SELECT 1", (await client.QueryAsync("SELECT 1")).Value);
    }

    [Fact]
    public async Task A_large_command_passes_in_large_pieces()
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        await client.QueryAsync("BEGIN");
        var before = client.Link.Receives;
        await client.SendAsync(CommandCode.Query, new byte[1_000_000]);
        await client.ReadResultAsync();
        Assert.InRange(client.Link.Receives - before, 1, 200);
    }

    [Fact]
    public async Task What_a_connection_has_given_up_is_closed_before_a_large_text_is_prepared()
    {
        await using var node = new TestNode(connections: 1);
        node.Backend.MaxStatementsPerConnection = 1;
        var client = await node.LogInAsync();
        await client.PrepareAsync("SELECT a");
        await client.PrepareAsync("SELECT b");
        Assert.Equal(3u, await client.PrepareAsync($"SELECT '{new string('x', 50_000)}'"));
        Assert.Equal(
            [CommandCode.StmtPrepare, CommandCode.StmtPrepare, CommandCode.StmtClose, CommandCode.StmtPrepare],
            node.Server.Log.Select(s => s.Command).Where(c => c is CommandCode.StmtPrepare or CommandCode.StmtClose));
    }

    [Fact]
    public async Task A_large_statement_is_read_as_it_passes()
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        await client.QueryAsync($"SELECT '{new string('x', 50_000)}', GET_LOCK('a', 1)");
        await node.HoldsAsync(client, true);
        await node.PinnedAsync(client, PinReasons.UserLocks);
    }

    [Fact]
    public async Task A_command_beyond_the_limit_ends_the_session_and_never_reaches_the_server_whole()
    {
        await using var node = new TestNode(connections: 1);
        node.Services.Limits = new SessionLimits { MaxPacketBytes = 100_000 };
        var client = await node.LogInAsync();
        await client.SendAsync(CommandCode.Query, new byte[200_000]);
        Assert.Equal(1153, (await client.ReadResultAsync()).Error);
        await node.RestAsync();
        Assert.DoesNotContain(node.Server.Log, s => s.Payload.Length > 90_000);
        Assert.DoesNotContain(node.Server.Live, c => c.ThreadId == 1);
        var other = await node.LogInAsync();
        Assert.True((await other.QueryAsync(new string(' ', 90_000) + "SELECT 1")).Succeeded);
    }

    /// <summary>A QUIT behind half a command would be its last five bytes.</summary>
    [Theory]
    [InlineData(5)]
    [InlineData(30_000)]
    public async Task A_client_that_leaves_in_mid_command_has_sent_nothing(int missing)
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        var packet = new byte[4 + 60_000];
        (packet[0], packet[1], packet[4]) = (60_000 & 0xFF, 60_000 >> 8, (byte)CommandCode.StmtExecute);
        await node.ReadsAsync(packet.Length - missing, () => client.SendRawAsync(packet[..^missing]));
        client.Transport.Close();
        await node.RestAsync();
        Assert.DoesNotContain(node.Server.Log, s => s.Command == CommandCode.StmtExecute);
        var other = await node.LogInAsync();
        Assert.True((await other.QueryAsync("SELECT 1")).Succeeded);
    }

    [Fact]
    public async Task A_client_that_stalls_in_mid_command_loses_its_connection()
    {
        await using var node = new TestNode(connections: 1, limits: new LeaseLimits { ClientWriteTimeout = TimeSpan.FromSeconds(30) });
        var client = await node.LogInAsync();
        await client.SendRawAsync(0x60, 0xEA, 0, 0, (byte)CommandCode.Query, (byte)'S');
        await TestNode.UntilAsync(() => node.Now.Leased == 1, "it has a connection");
        var started = node.Time.Elapsed;
        await TestNode.UntilAsync(
            () =>
            {
                node.Time.Advance(TimeSpan.FromSeconds(1));
                return node.Services.Sessions.Count == 0;
            },
            "the session ends");
        Assert.True(node.Time.Elapsed - started > TimeSpan.FromSeconds(30));
        await node.RestAsync();
    }

    [Fact]
    public async Task A_large_command_that_cannot_have_a_connection_is_read_to_its_end_and_refused()
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        node.Server.IsDown = true;
        var result = await client.QueryAsync(new string(' ', 3_000_000));
        Assert.Equal(1429, result.Error);
        node.Server.IsDown = false;
        node.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.True((await client.QueryAsync("SELECT 1")).Succeeded);
    }
}
