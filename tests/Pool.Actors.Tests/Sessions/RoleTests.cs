using Pool.Testing;
using Pool.Wire.Commands;

namespace Pool.Actors.Tests.Sessions;

/// <summary>A reset keeps a role, so a connection on which one may have been set is of use to nobody else.</summary>
public sealed class RoleTests
{
    [Theory]
    [InlineData("SET ROLE admin", CommandCode.Quit)]
    [InlineData("SET ROLE admin", CommandCode.ResetConnection)]
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
        await first.SendAsync(end);
        await node.RestAsync();
        Assert.DoesNotContain(node.Server.Live, c => c.ThreadId == thread);
        Assert.DoesNotContain(node.Server.Log.SkipWhile(s => s.Text != sql), s => s.ThreadId == thread && s.Command == CommandCode.ResetConnection);
        Assert.True((await second.QueryAsync("SELECT 1")).Succeeded);
    }
}
