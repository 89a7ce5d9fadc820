using Pool.Actors.Sessions;
using Pool.Testing;
using Pool.Wire.Commands;

namespace Pool.Actors.Tests.Sessions;

/// <summary>What profiling and the optimizer's trace leave on a connection is read by whoever has it, even after a reset.</summary>
public sealed class StatementTraceTests
{
    [Theory]
    [InlineData(CommandCode.Quit)]
    [InlineData(CommandCode.ResetConnection)]
    public async Task A_connection_that_traced_statements_is_kept_after_that_and_closed_when_its_session_ends_or_resets(CommandCode end)
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("SET profiling = 1");
        await first.QueryAsync("SELECT 'secret'");
        await first.QueryAsync("SET profiling = 0");
        await node.HoldsAsync(first, true);
        await node.PinnedAsync(first, PinReasons.StatementTraces);
        var thread = node.Server.Log.First(s => s.Text == "SELECT 'secret'").ThreadId;
        if (end == CommandCode.ResetConnection)
        {
            Assert.True((await first.RunAsync(end)).Succeeded);
        }
        else
        {
            await first.SendAsync(end);
        }

        await node.RestAsync();
        Assert.DoesNotContain(node.Server.Live, c => c.ThreadId == thread);
        Assert.True((await second.QueryAsync("SELECT 1")).Succeeded);
    }

    [Theory]
    [InlineData("profiling", true)]
    [InlineData("profiling", false)]
    [InlineData("optimizer_trace", true)]
    public async Task What_one_command_switched_on_and_off_again_pins_too(string variable, bool shares)
    {
        await using var node = new TestNode();
        node.Backend.SharesSettings = shares;
        node.Server.Script = (c, s) => s.Text == "INSERT 1"
            ? FakeServerReply.Ok(c.Session.Status, changes: FakeServerReply.VariableChange(variable, "OFF")) : null;
        var client = await node.LogInAsync();
        await client.QueryAsync("INSERT 1");
        await node.HoldsAsync(client, true);
        Assert.True(node.SessionOf(client).Pins.HasFlag(PinReasons.StatementTraces), $"{node.SessionOf(client).Pins}");
    }
}
