using Pool.Actors.Sessions;
using Pool.Testing;
using Pool.Wire.Commands;
using Pool.Wire.Replies;

namespace Pool.Actors.Tests.Prepared;

/// <summary>An open cursor is its statement's on one connection, until something ends it.</summary>
public sealed class CursorTests
{
    [Fact]
    public async Task Long_data_for_its_statement_leave_it_open()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        var id = await client.PrepareAsync("SELECT ?");
        await OpenAsync(node, client, id);
        await client.SendLongDataAsync(id, 10);
        await node.PinnedAsync(client, PinReasons.Cursor | PinReasons.LongData);
        var end = FakeServerReply.Rows(ServerStatus.Autocommit | ServerStatus.LastRowSent, "a", []).Payloads[^1];
        node.Server.Script = (_, s) => s.Command == CommandCode.StmtFetch ? FakeServerReply.Of(end) : null;
        await client.SendAsync(CommandCode.StmtFetch, [.. BitConverter.GetBytes(id), 1, 0, 0, 0]);
        client.BeginReply();
        Assert.Equal(end, await client.ReadAsync());
        var server = node.Server.Log.Where(s => s.Command is CommandCode.StmtExecute or CommandCode.StmtSendLongData or CommandCode.StmtFetch);
        Assert.Single(server.Select(s => BitConverter.ToUInt32(s.Payload, 1)).Distinct());
    }

    // The statement cannot be prepared any more: the connection does not have it.
    [Fact]
    public async Task It_ends_with_an_execute_that_cannot_run()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        var id = await client.PrepareAsync("SELECT ?");
        await OpenAsync(node, client, id);
        node.Server.Script = (_, s) => s.Command == CommandCode.StmtPrepare ? FakeServerReply.Error(1146, "gone", "42S02") : null;
        Assert.Equal(1146, (await client.ExecuteAsync(id, Executes.Int)).Error);
        Assert.True((await client.RunAsync(CommandCode.StmtReset, BitConverter.GetBytes(id))).Succeeded);
        await client.QueryAsync("DO 0");
        await node.PinnedAsync(client, PinReasons.None);
        await node.HoldsAsync(client, false);
    }

    private static async Task OpenAsync(TestNode node, FakeClient client, uint id)
    {
        var rows = FakeServerReply.Rows(ServerStatus.Autocommit | ServerStatus.CursorExists, "a", ["1"]).Payloads;
        node.Server.Script = (_, s) => s.Command == CommandCode.StmtExecute ? FakeServerReply.Of([.. rows.Take(2), rows[^1]]) : null;
        Assert.True((await client.RunAsync(CommandCode.StmtExecute, [.. BitConverter.GetBytes(id), 1, 1, 0, 0, 0, 1, 1, .. Executes.Int])).Succeeded);
        await node.PinnedAsync(client, PinReasons.Cursor);
        node.Server.Script = null;
    }
}
