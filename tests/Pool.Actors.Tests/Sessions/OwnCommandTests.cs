using Pool.Testing;
using Pool.Wire.Commands;
using Pool.Wire.Handshake;

namespace Pool.Actors.Tests.Sessions;

/// <summary>What a session answers by itself, and what it refuses.</summary>
public sealed class OwnCommandTests
{
    [Fact]
    public async Task A_ping_between_statements_costs_the_server_nothing()
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        Assert.True((await client.RunAsync(CommandCode.Ping)).Succeeded);
        Assert.Empty(node.Server.Log);
    }

    [Fact]
    public async Task A_ping_inside_a_transaction_tells_the_transactions_status()
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        var begun = await client.QueryAsync("BEGIN");
        Assert.Equal(begun.Status, (await client.RunAsync(CommandCode.Ping)).Status);
        Assert.Contains(node.Server.Log, s => s.Command == CommandCode.Ping);
    }

    [Fact]
    public async Task Statistics_and_field_lists_come_from_the_server()
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        await client.SendAsync(CommandCode.Statistics);
        client.BeginReply();
        Assert.Equal("Uptime: 1"u8.ToArray(), await client.ReadAsync());
        await client.SendAsync(CommandCode.FieldList, "t\0"u8.ToArray());
        client.BeginReply();
        var packets = new List<byte[]?> { await client.ReadAsync(), await client.ReadAsync(), await client.ReadAsync() };
        Assert.Equal(0xFE, packets[2]![0]);
        Assert.True((await client.QueryAsync("SELECT 1")).Succeeded);
    }

    [Fact]
    public async Task A_client_that_quits_ends_its_session()
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        await client.SendAsync(CommandCode.Quit);
        Assert.Null(await client.ReadAsync());
        await TestNode.UntilAsync(() => node.Services.Sessions.Count == 0, "the session ends");
    }

    [Theory]
    [InlineData(CommandCode.Refresh, 1235)]
    [InlineData(CommandCode.Shutdown, 1235)]
    [InlineData(CommandCode.ProcessInfo, 1235)]
    [InlineData(CommandCode.Debug, 1235)]
    [InlineData(CommandCode.BinlogDump, 1235)]
    [InlineData(CommandCode.BinlogDumpGtid, 1235)]
    [InlineData(CommandCode.RegisterReplica, 1235)]
    [InlineData(CommandCode.Clone, 1235)]
    [InlineData(CommandCode.Sleep, 1047)]
    [InlineData(CommandCode.Connect, 1047)]
    [InlineData(CommandCode.Daemon, 1047)]
    [InlineData((CommandCode)0x7F, 1047)]
    public async Task What_is_refused_or_unknown_is_answered_and_the_session_goes_on(CommandCode command, int error)
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        Assert.Equal(error, (await client.RunAsync(command, new byte[40_000])).Error);
        Assert.Equal(error, (await client.RunAsync(command, 1, 2)).Error);
        Assert.Empty(node.Server.Log);
        Assert.True((await client.QueryAsync("SELECT 1")).Succeeded);
    }

    [Fact]
    public async Task An_empty_packet_ends_the_session_with_an_error()
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        await client.SendRawAsync(0, 0, 0, 0);
        Assert.Equal(1835, (await client.ReadResultAsync()).Error);
        Assert.Null(await client.ReadAsync());
    }

    [Fact]
    public async Task A_wrong_sequence_number_ends_the_session_with_an_error()
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        await client.SendRawAsync(1, 0, 0, 7, (byte)CommandCode.Ping);
        Assert.Equal(1156, (await client.ReadResultAsync(8)).Error);
        Assert.Null(await client.ReadAsync());
    }

    /// <summary>A server answers these out of turn, and the next session would take the answer for its own.</summary>
    [Theory]
    [InlineData(CommandCode.StmtClose, 0)]
    [InlineData(CommandCode.StmtClose, 3)]
    [InlineData(CommandCode.StmtClose, 60_000)]
    [InlineData(CommandCode.StmtSendLongData, 5)]
    [InlineData(CommandCode.SetOption, 0)]
    [InlineData(CommandCode.SetOption, 60_000)]
    public async Task A_command_without_its_proper_length_never_reaches_the_server(CommandCode command, int length)
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        await client.QueryAsync("INSERT IGNORE 1");
        await client.SendAsync(command, new byte[length]);
        Assert.Equal(1835, (await client.ReadResultAsync()).Error);
        await node.RestAsync();
        Assert.DoesNotContain(node.Server.Log, s => s.Command == command && s.Payload.Length == length + 1);
    }

    [Fact]
    public async Task A_reset_forgets_everything_and_says_so_after_it_is_done()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        await client.QueryAsync("BEGIN");
        await client.QueryAsync("SET @a = 1");
        Assert.True((await client.RunAsync(CommandCode.ResetConnection)).Succeeded);
        Assert.False(node.SessionOf(client).HoldsLease);
        Assert.Null((await client.QueryAsync("SELECT @a")).Value);
    }

    [Fact]
    public async Task A_reset_forgets_the_insert_id()
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        var inserted = await client.QueryAsync("INSERT 1");
        Assert.Equal($"{inserted.InsertId}", (await client.QueryAsync("SELECT LAST_INSERT_ID()")).Value);
        await client.RunAsync(CommandCode.ResetConnection);
        Assert.Equal("0", (await client.QueryAsync("SELECT LAST_INSERT_ID()")).Value);
    }

    [Fact]
    public async Task Another_user_can_take_the_session_over()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        await client.QueryAsync("SET @a = 1");
        Assert.True((await client.ChangeUserAsync("other", "shop")).Succeeded);
        Assert.Equal("other", node.SessionOf(client).Origin.User);
        Assert.Equal("shop", (await client.QueryAsync("SELECT DATABASE()")).Value);
        Assert.Null((await client.QueryAsync("SELECT @a")).Value);
    }

    [Fact]
    public async Task A_wrong_password_at_a_change_of_user_ends_the_session()
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        await client.QueryAsync("BEGIN");
        Assert.Equal(1045, (await client.ChangeUserAsync("other", password: "wrong")).Error);
        Assert.Null(await client.ReadAsync());
        await node.RestAsync();
        await TestNode.UntilAsync(() => node.Services.Sessions.Count == 0, "the session ends");
    }

    [Theory]
    [InlineData(FakeClient.Flags)]
    [InlineData(FakeClient.Flags & ~Capabilities.DeprecateEof)]
    public async Task The_multi_statements_option_is_kept_by_the_session(Capabilities flags)
    {
        await using var node = new TestNode(connections: 1);
        var (with, without) = (await node.LogInAsync(flags: flags), await node.LogInAsync(flags: flags));
        await with.SendAsync(CommandCode.SetOption, 0, 0);
        with.BeginReply();
        Assert.Equal(0xFE, (await with.ReadAsync())![0]);
        var seen = new List<bool>();
        node.Server.Script = (connection, statement) =>
        {
            if (statement.Text == "SELECT 1")
            {
                seen.Add(connection.Session.MultiStatements);
            }

            return null;
        };
        await with.QueryAsync("SELECT 1");
        await without.QueryAsync("SELECT 1");
        await with.QueryAsync("SELECT 1");
        Assert.Equal([true, false, true], seen);
    }
}
