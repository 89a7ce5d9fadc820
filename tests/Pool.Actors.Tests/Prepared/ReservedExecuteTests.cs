using System.Buffers.Binary;
using Pool.Testing;
using Pool.Wire.Commands;
using Pool.Wire.Handshake;
using Pool.Wire.Replies;

namespace Pool.Actors.Tests.Prepared;

/// <summary>A session that keeps its connection is told as much of what it executes as one whose statements travel.</summary>
public sealed class ReservedExecuteTests
{
    [Theory]
    [InlineData("CALL p()", true, true)]
    [InlineData("CALL p()", false, true)]
    [InlineData("SELECT 1; -- done", false, false)]
    public async Task A_client_of_the_old_format_is_told_before_the_rows_whether_another_result_follows(string sql, bool shares, bool follows)
    {
        await using var node = new TestNode();
        node.Backend.SharesSettings = shares;
        node.Server.Script = (connection, statement) => statement.Command != CommandCode.StmtExecute ? null : follows
            ? FakeServerReply.Several(FakeServerReply.BinaryRow(connection.Session.Status | ServerStatus.MoreResults, "a"), FakeServerReply.Ok(connection.Session.Status))
            : FakeServerReply.BinaryRow(connection.Session.Status, "a");
        var client = await node.LogInAsync(flags: FakeClient.Flags & ~Capabilities.DeprecateEof);
        var id = await client.PrepareAsync(sql);
        await client.SendAsync(CommandCode.StmtExecute, [.. BitConverter.GetBytes(id), 0, 1, 0, 0, 0]);
        client.BeginReply();
        var packets = new[] { await client.ReadAsync(), await client.ReadAsync(), await client.ReadAsync() };
        Assert.Equal(5, packets[2]!.Length);
        Assert.Equal(follows, ((ServerStatus)BinaryPrimitives.ReadUInt16LittleEndian(packets[2].AsSpan(3))).HasFlag(ServerStatus.MoreResults));
    }

    [Fact]
    public async Task The_total_of_found_rows_of_one_statement_is_not_looked_for_after_another()
    {
        await using var node = new TestNode(connections: 1);
        node.Backend.SharesSettings = false;
        var client = await node.LogInAsync();
        const string Asks = "SELECT FOUND_ROWS() LIMIT 1";
        foreach (var executed in (int[])[1, 0])
        {
            var ids = new[] { await client.PrepareAsync("SELECT SQL_CALC_FOUND_ROWS a LIMIT 2"), await client.PrepareAsync("SELECT 1") };
            await client.ExecuteAsync(ids[executed]);
            await client.RunAsync(CommandCode.ResetConnection);
            Assert.Equal(executed == 0, node.Server.Queries.Contains(Asks));
        }
    }
}
