using Pool.Actors.Sessions;
using Pool.Testing;
using Pool.Wire.Commands;
using Pool.Wire.Replies;

namespace Pool.Actors.Tests.Prepared;

/// <summary>A statement has done nothing before it is executed, and does it once: what it is to end keeps its connection until then.</summary>
public sealed class NotRunTests
{
    [Theory]
    [InlineData("LOCK TABLES t WRITE", "UNLOCK TABLES", PinReasons.TableLocks)]
    [InlineData("SET TRANSACTION READ ONLY", "COMMIT", PinReasons.NextTransaction)]
    [InlineData("SET TRANSACTION READ ONLY", "ROLLBACK", PinReasons.NextTransaction)]
    [InlineData("CREATE TEMPORARY TABLE t (a INT)", "DROP TEMPORARY TABLE t", PinReasons.TemporaryTables)]
    [InlineData("SELECT GET_LOCK('n', 1)", "SELECT RELEASE_LOCK('n')", PinReasons.UserLocks)]
    [InlineData("XA START 'a'", "XA COMMIT 'a' ONE PHASE", PinReasons.Xa)]
    public async Task What_a_statement_is_to_end_holds_until_it_is_executed(string begin, string end, PinReasons reason)
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        await client.QueryAsync(begin);
        await node.PinnedAsync(client, reason);
        var id = await client.PrepareAsync(end);
        await node.PinnedAsync(client, reason);
        Assert.True((await client.RunAsync(CommandCode.StmtReset, BitConverter.GetBytes(id))).Succeeded);
        await node.PinnedAsync(client, reason);
        await client.SendLongDataAsync(id, 1);
        await node.PinnedAsync(client, reason | PinReasons.LongData);
        await client.ExecuteAsync(id);
        await node.HoldsAsync(client, false);
    }

    [Theory]
    [InlineData("LOCK TABLES t WRITE", "UNLOCK TABLES", PinReasons.TableLocks)]
    [InlineData("SET TRANSACTION READ ONLY", "ROLLBACK", PinReasons.NextTransaction)]
    public async Task So_it_does_where_connections_are_not_shared(string begin, string end, PinReasons reason)
    {
        await using var node = new TestNode(connections: 1);
        node.Backend.SharesSettings = false;
        var client = await node.LogInAsync();
        await client.QueryAsync(begin);
        await client.CloseStatementAsync(await client.PrepareAsync(end));
        await client.QueryAsync("DO 0");
        Assert.True((node.SessionOf(client).Pins & reason) != 0, $"{node.SessionOf(client).Pins}");
    }

    [Fact]
    public async Task What_a_cursor_is_read_for_has_run_once()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        var (gets, releases) = (await client.PrepareAsync("SELECT GET_LOCK('n', 1)"), await client.PrepareAsync("SELECT RELEASE_LOCK('n')"));
        await ReadByCursorAsync(node, client, gets);
        await client.QueryAsync("SELECT RELEASE_LOCK('n')");
        await node.HoldsAsync(client, false);
        await client.QueryAsync("SELECT GET_LOCK('n', 1)");
        await client.QueryAsync("SELECT GET_LOCK('n', 1)");
        await ReadByCursorAsync(node, client, releases);
        await node.PinnedAsync(client, PinReasons.UserLocks);
        await ReadByCursorAsync(node, client, releases);
        await node.HoldsAsync(client, false);
    }

    private static async Task ReadByCursorAsync(TestNode node, FakeClient client, uint id)
    {
        var rows = FakeServerReply.Rows(ServerStatus.Autocommit | ServerStatus.CursorExists, "a", ["1"]).Payloads;
        var last = FakeServerReply.Rows(ServerStatus.Autocommit | ServerStatus.LastRowSent, "a", ["1"]).Payloads[^1];
        node.Server.Script = (_, s) => s.Command switch
        {
            CommandCode.StmtExecute => FakeServerReply.Of([.. rows.Take(2), rows[^1]]),
            CommandCode.StmtFetch => FakeServerReply.Of(last),
            _ => null,
        };
        Assert.True((await client.RunAsync(CommandCode.StmtExecute, [.. BitConverter.GetBytes(id), 1, 1, 0, 0, 0])).Succeeded);
        await client.SendAsync(CommandCode.StmtFetch, [.. BitConverter.GetBytes(id), 1, 0, 0, 0]);
        client.BeginReply();
        Assert.NotNull(await client.ReadAsync());
        node.Server.Script = null;
    }
}
