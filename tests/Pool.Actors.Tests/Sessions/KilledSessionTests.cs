using System.Text;
using Pool.Testing;
using Pool.Wire.Commands;

namespace Pool.Actors.Tests.Sessions;

/// <summary>A session that was killed starts nothing any more.</summary>
public sealed class KilledSessionTests
{
    [Fact]
    public async Task A_killed_session_does_not_run_its_pipelined_commands()
    {
        await using var node = new TestNode();
        node.Server.Script = (_, statement) => statement.Text == "SELECT SLEEP(100)"
            ? FakeServerReply.None with { Wait = new TaskCompletionSource().Task }
            : null;
        var (victim, killer) = (await node.LogInAsync(), await node.LogInAsync());
        await victim.SendRawAsync([.. Packet("SELECT SLEEP(100)"), .. Packet("DELETE 'pipelined'")]);
        await TestNode.UntilAsync(() => node.Server.Queries.Contains("SELECT SLEEP(100)"), "it runs");
        Assert.True((await killer.QueryAsync($"KILL {victim.ConnectionId}")).Succeeded);
        await TestNode.UntilAsync(() => node.Services.Sessions.Count == 1, "the victim ends");
        await node.RestAsync();
        Assert.DoesNotContain("DELETE 'pipelined'", node.Server.Queries);
    }

    [Fact]
    public async Task A_session_killed_while_its_statement_is_prepared_does_not_run_it()
    {
        const string Sql = "INSERT VALUES (LAST_INSERT_ID())";
        var restored = new TaskCompletionSource();
        await using var node = new TestNode();
        node.Server.Script = (connection, statement) => statement.Text == "SET last_insert_id = 1"
            ? FakeServerReply.Ok(connection.Session.Status) with { Wait = restored.Task }
            : null;
        var (victim, killer) = (await node.LogInAsync(), await node.LogInAsync());
        await victim.QueryAsync("INSERT 1");
        await victim.SendAsync(CommandCode.Query, Encoding.UTF8.GetBytes(Sql));
        await TestNode.UntilAsync(() => node.Server.Queries.Contains("SET last_insert_id = 1"), "it is being prepared");
        Assert.True((await killer.QueryAsync($"KILL {victim.ConnectionId}")).Succeeded);
        restored.SetResult();
        await TestNode.UntilAsync(() => node.Services.Sessions.Count == 1, "the victim ends");
        await node.RestAsync();
        Assert.DoesNotContain(Sql, node.Server.Queries);
    }

    private static byte[] Packet(string sql) => [(byte)(sql.Length + 1), 0, 0, 0, (byte)CommandCode.Query, .. Encoding.UTF8.GetBytes(sql)];
}
