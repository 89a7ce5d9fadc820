using Pool.Testing;
using Pool.Wire.Commands;

namespace Pool.Actors.Tests.Sessions;

/// <summary>A reset keeps a role, so a connection on which one may have been set is of use to nobody else.</summary>
public sealed class RoleTests
{
    [Theory]
    [InlineData("SET ROLE admin", CommandCode.Quit)]
    [InlineData("SET ROLE admin", CommandCode.ResetConnection)]
    [InlineData("SET SESSION AUTHORIZATION other@localhost", CommandCode.Quit)]
    [InlineData("SET SESSION AUTHORIZATION other@localhost", CommandCode.ResetConnection)]
    [InlineData("PREPARE s FROM 'SET ROLE admin'", CommandCode.Quit)]
    [InlineData("PREPARE s FROM 'SET ROLE admin'", CommandCode.ResetConnection)]
    [InlineData("EXECUTE s", CommandCode.Quit)]
    [InlineData("CALL takes_a_role()", CommandCode.Quit)]
    [InlineData("CALL takes_a_role()", CommandCode.ResetConnection)]
    [InlineData("WHATEVER 1", CommandCode.Quit)]
    [InlineData("WHATEVER 1", CommandCode.ResetConnection)]
    public async Task A_connection_that_may_have_a_role_is_closed_when_its_session_ends_or_resets(string sql, CommandCode end)
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync(sql);
        var thread = node.Server.Log.First(s => s.Text == sql).ThreadId;
        if (end == CommandCode.ResetConnection)
        {
            // Before the reply: what else it has, locks for instance, is gone then.
            Assert.True((await first.RunAsync(end)).Succeeded);
            Assert.True(IsReset());
        }
        else
        {
            await first.SendAsync(end);
        }

        await node.RestAsync();
        Assert.DoesNotContain(node.Server.Live, c => c.ThreadId == thread);
        Assert.Equal(end == CommandCode.ResetConnection, IsReset());
        Assert.True((await second.QueryAsync("SELECT 1")).Succeeded);
        bool IsReset() => node.Server.Log.SkipWhile(s => s.Text != sql).Any(s => s.ThreadId == thread && s.Command == CommandCode.ResetConnection);
    }
}
