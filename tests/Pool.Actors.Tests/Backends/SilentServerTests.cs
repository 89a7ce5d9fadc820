using Pool.Testing;
using Pool.Wire.Commands;

namespace Pool.Actors.Tests.Backends;

/// <summary>A server that accepts what Pool says of its own and never answers must not keep a place for ever.</summary>
public sealed class SilentServerTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_server_that_stops_answering_during_a_reset_is_cut_off_and_the_place_comes_back()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("LOCK TABLES t READ");
        await node.HoldsAsync(first, true);
        var thread = node.Server.Log.First(s => s.Text == "LOCK TABLES t READ").ThreadId;
        node.Server.Script = (connection, statement) => connection.ThreadId == thread && statement.Command == CommandCode.ResetConnection
            ? FakeServerReply.Ok(connection.Session.Status) with { SilentAt = 0 }
            : null;
        await first.SendAsync(CommandCode.Quit);
        await TestNode.UntilAsync(() => IsResetting(node, thread), "the reset is under way");
        node.Time.Advance(s_patience - TimeSpan.FromSeconds(1));
        Assert.Equal(1, node.Now.Leased);
        node.Time.Advance(TimeSpan.FromSeconds(2));
        await node.RestAsync();
        Assert.DoesNotContain(node.Server.Live, c => c.ThreadId == thread);
        Assert.True((await second.QueryAsync("SELECT 1")).Succeeded);
    }

    private static bool IsResetting(TestNode node, ulong thread) => node.Server.Log
        .SkipWhile(s => s.Text != "LOCK TABLES t READ")
        .Any(s => s.ThreadId == thread && s.Command == CommandCode.ResetConnection);
}
