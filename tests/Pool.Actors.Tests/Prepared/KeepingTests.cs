using System.Text;
using Pool.Actors.Sessions;
using Pool.Testing;
using Pool.Wire.Commands;
using Pool.Wire.Replies;

namespace Pool.Actors.Tests.Prepared;

/// <summary>What of a prepared statement keeps a connection, and until when.</summary>
public sealed class KeepingTests
{
    [Fact]
    public async Task Long_data_keeps_the_connection_until_the_execute()
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        var id = await client.PrepareAsync("SELECT ?");
        await client.SendLongDataAsync(id, 100);
        await client.SendLongDataAsync(id, 40_000);
        await node.HoldsAsync(client, true);
        await node.PinnedAsync(client, PinReasons.LongData);
        Assert.Equal("SELECT ? of 0300 and 40100 bytes", (await client.ExecuteAsync(id, Executes.Int)).Value);
        await node.HoldsAsync(client, false);
        Assert.Equal("SELECT ? of 0300", (await client.ExecuteAsync(id, types: null)).Value);
    }

    [Theory]
    [InlineData(CommandCode.StmtReset)]
    [InlineData(CommandCode.StmtClose)]
    public async Task Long_data_that_is_given_up_keeps_nothing(CommandCode command)
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        var id = await client.PrepareAsync("SELECT ?");
        await client.SendLongDataAsync(id, 100);
        await node.HoldsAsync(client, true);
        await client.SendAsync(command, BitConverter.GetBytes(id));
        if (command == CommandCode.StmtReset)
        {
            Assert.True((await client.ReadResultAsync()).Succeeded);
        }

        await node.HoldsAsync(client, false);
        var other = await node.LogInAsync();
        Assert.Equal("SELECT ? of 0300", (await other.ExecuteAsync(await other.PrepareAsync("SELECT ?"), Executes.Int)).Value);
    }

    [Fact]
    public async Task Long_data_for_a_parameter_that_is_not_there_keep_the_connection_until_a_reset()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        var id = await client.PrepareAsync("SELECT ?");
        node.Server.Script = (_, s) => s.Command == CommandCode.StmtExecute ? FakeServerReply.Error(1210, "Incorrect arguments") : null;
        await client.SendAsync(CommandCode.StmtSendLongData, [.. BitConverter.GetBytes(id), 1, 0, 7]);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(1210, (await client.ExecuteAsync(id, Executes.Int)).Error);
            await node.HoldsAsync(client, true);
            Assert.True((node.SessionOf(client).Pins & PinReasons.LongData) != 0);
        }

        node.Server.Script = null;
        Assert.True((await client.RunAsync(CommandCode.StmtReset, BitConverter.GetBytes(id))).Succeeded);
        await client.QueryAsync("DO 0");
        await node.HoldsAsync(client, false);
        Assert.Equal("SELECT ? of 0300", (await client.ExecuteAsync(id, Executes.Int)).Value);
    }

    [Fact]
    public async Task A_failure_of_what_has_no_reply_is_told_to_the_execute()
    {
        await using var node = new TestNode(connections: 1);
        var (client, other) = (await node.LogInAsync(), await node.LogInAsync());
        var id = await client.PrepareAsync("SELECT a ?");
        await other.QueryAsync("CREATE TEMPORARY TABLE t (a INT)");
        await other.RunAsync(CommandCode.ResetConnection);
        node.Server.Script = (_, s) => s.Command == CommandCode.StmtPrepare ? FakeServerReply.Error(1146, "gone", "42S02") : null;
        await client.SendLongDataAsync(id, 10);
        Assert.Equal(1146, (await client.ExecuteAsync(id, Executes.Int)).Error);
        node.Server.Script = null;
        Assert.Equal("SELECT a ? of 0300", (await client.ExecuteAsync(id, Executes.Int)).Value);
    }

    [Fact]
    public async Task A_cursor_keeps_the_connection_until_its_last_row()
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        var id = await client.PrepareAsync("SELECT a");
        var fetches = 0;
        node.Server.Script = (_, s) => s.Command switch
        {
            CommandCode.StmtExecute => Reply(ServerStatus.CursorExists, CommandCode.StmtExecute),
            CommandCode.StmtFetch => Reply(++fetches == 2 ? ServerStatus.LastRowSent : ServerStatus.CursorExists, CommandCode.StmtFetch),
            _ => null,
        };
        Assert.True((await client.RunAsync(CommandCode.StmtExecute, [.. BitConverter.GetBytes(id), 1, 1, 0, 0, 0])).Succeeded);
        await node.PinnedAsync(client, PinReasons.Cursor);
        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync(CommandCode.StmtFetch, [.. BitConverter.GetBytes(id), 1, 0, 0, 0]);
            client.BeginReply();
            Assert.NotNull(await client.ReadAsync());
        }

        await node.HoldsAsync(client, false);
        await client.SendAsync(CommandCode.StmtFetch, [.. BitConverter.GetBytes(id), 1, 0, 0, 0]);
        Assert.Equal(1421, (await client.ReadResultAsync()).Error);
    }

    [Fact]
    public async Task A_text_too_long_to_be_kept_keeps_its_connection()
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        var text = $"SELECT ? /*{new string('x', 20_000)}*/";
        var first = await client.PrepareAsync("SELECT a");
        var id = await client.PrepareAsync(text);
        Assert.Equal(2u, id);
        await node.HoldsAsync(client, true);
        await node.PinnedAsync(client, PinReasons.PreparedStatements);
        Assert.StartsWith("SELECT ? /*", (await client.ExecuteAsync(id, Executes.Int)).Value, StringComparison.Ordinal);
        Assert.EndsWith("of 0300", (await client.ExecuteAsync(id, types: null)).Value, StringComparison.Ordinal);
        Assert.Equal("SELECT a", (await client.ExecuteAsync(first)).Value);
        await client.CloseStatementAsync(id);
        await node.HoldsAsync(client, false);
    }

    [Fact]
    public async Task An_execute_too_large_for_the_inbox_finds_its_statement_and_types()
    {
        await using var node = new TestNode(connections: 1);
        var (client, other) = (await node.LogInAsync(), await node.LogInAsync());
        var (id, others) = (await client.PrepareAsync("SELECT ?"), await other.PrepareAsync("SELECT ?"));
        byte[] Large(uint statement, params byte[] types) =>
            [.. BitConverter.GetBytes(statement), 0, 1, 0, 0, 0, 0, .. types, 0xFC, 0x50, 0xC3, .. Encoding.ASCII.GetBytes(new string('v', 50_000))];

        Assert.Equal("SELECT ? of fd00", (await client.RunAsync(CommandCode.StmtExecute, Large(id, 1, 0xFD, 0))).Value);
        await other.ExecuteAsync(others, Executes.Int);
        Assert.Equal("SELECT ? of fd00", (await client.RunAsync(CommandCode.StmtExecute, Large(id, 0))).Value);
        var last = node.Server.Log.Last(s => s.Command == CommandCode.StmtExecute);
        Assert.Equal(50_000, last.Payload.Count(b => b == 'v'));
    }

    [Fact]
    public async Task What_a_statement_leaves_behind_keeps_the_connection_as_its_text_would()
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        var id = await client.PrepareAsync("SELECT GET_LOCK(?, 1)");
        await node.PinnedAsync(client, PinReasons.None);
        await client.ExecuteAsync(id, Executes.Int);
        await node.PinnedAsync(client, PinReasons.UserLocks);
    }

    [Fact]
    public async Task What_a_prepared_statement_undoes_frees_the_connection()
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        await client.QueryAsync("CREATE TEMPORARY TABLE t (a INT)");
        await node.PinnedAsync(client, PinReasons.TemporaryTables);
        await client.ExecuteAsync(await client.PrepareAsync("DROP TEMPORARY TABLE t"));
        await node.HoldsAsync(client, false);
    }

    private static FakeServerReply Reply(ServerStatus status, CommandCode command)
    {
        var rows = FakeServerReply.Rows(ServerStatus.Autocommit | status, "a", ["1"]).Payloads;
        return command == CommandCode.StmtExecute ? FakeServerReply.Of([.. rows.Take(2), rows[^1]]) : FakeServerReply.Of(rows[^1]);
    }
}
