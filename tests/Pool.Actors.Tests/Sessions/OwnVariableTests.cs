using Pool.Actors.Sessions;
using Pool.Testing;
using Pool.Wire.Commands;

namespace Pool.Actors.Tests.Sessions;

public sealed class OwnVariableTests
{
    private const string Ask = "SELECT @@wait_timeout FROM state";

    [Fact]
    public async Task The_idle_timeout_of_a_session_is_never_on_an_idle_connection_and_nobody_elses()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("SET wait_timeout = 5");
        for (var i = 0; i < 2; i++)
        {
            await node.RestAsync();
            Assert.Equal("28800", OnServer(node));
            Assert.Equal("5", (await first.QueryAsync(Ask)).Value);
            await node.RestAsync();
            Assert.Equal("28800", OnServer(node));
            Assert.Equal("28800", (await second.QueryAsync(Ask)).Value);
        }

        await node.PinnedAsync(first, PinReasons.None);
        Assert.Single(node.Server.Live);
    }

    [Fact]
    public async Task A_statement_that_reads_no_variable_needs_no_repaint()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        await client.QueryAsync("SET wait_timeout = 5");
        await node.RestAsync();
        var before = node.Server.Log.Count;
        await client.QueryAsync("SELECT 1");
        Assert.Equal(before + 1, node.Server.Log.Count);
    }

    [Fact]
    public async Task Another_SET_leaves_the_idle_timeout_as_it_was()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        await client.QueryAsync("SET wait_timeout = 5");
        await client.QueryAsync("SET time_zone = '+01:00'");
        await node.RestAsync();
        Assert.Equal("5", (await client.QueryAsync(Ask)).Value);
        await client.QueryAsync("SET wait_timeout = 28800");
        Assert.Equal("28800", (await client.QueryAsync(Ask)).Value);
        Assert.Equal("+01:00", (await client.QueryAsync("SELECT @@time_zone FROM state")).Value);
    }

    [Fact]
    public async Task The_idle_timeout_stays_on_a_connection_that_is_held_and_goes_with_the_transaction()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        await client.QueryAsync("BEGIN");
        await client.QueryAsync("SET wait_timeout = 5");
        await client.QueryAsync("SELECT 1");
        Assert.Equal("5", (await client.QueryAsync(Ask)).Value);
        await client.QueryAsync("COMMIT");
        await node.RestAsync();
        Assert.Equal("28800", OnServer(node));
        Assert.Equal("5", (await client.QueryAsync(Ask)).Value);
    }

    [Fact]
    public async Task A_session_that_ends_while_warnings_hold_its_connection_leaves_no_idle_timeout_on_it()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        await client.QueryAsync("SET wait_timeout = 5");
        await node.RestAsync();
        node.Server.Script = (c, s) => s.Text == Ask ? FakeServerReply.Rows(c.Session.Status, "value", ["5"], warnings: 1) : null;
        Assert.Equal(1, (await client.QueryAsync(Ask)).Warnings);
        await node.HoldsAsync(client, true);
        Assert.Equal("5", OnServer(node));
        await client.SendAsync(CommandCode.Quit);
        await node.RestAsync();
        Assert.Equal("28800", OnServer(node));
    }

    private static string OnServer(TestNode node) => node.Server.Live.Single().Session.Settings["wait_timeout"];
}
