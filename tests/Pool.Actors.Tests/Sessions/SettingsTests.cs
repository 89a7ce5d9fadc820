using System.Text;
using Pool.Actors.Backends;
using Pool.Testing;
using Pool.Wire.Commands;
using Pool.Wire.Handshake;

namespace Pool.Actors.Tests.Sessions;

public sealed class SettingsTests
{
    [Fact]
    public async Task Sessions_with_different_settings_share_a_connection_that_is_repainted_between()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(database: "a"), await node.LogInAsync(database: "b", collation: 8));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("a", (await first.QueryAsync("SELECT DATABASE()")).Value);
            Assert.Equal("utf8mb4_general_ci", (await first.QueryAsync("SELECT @@collation_connection")).Value);
            Assert.Equal("b", (await second.QueryAsync("SELECT DATABASE()")).Value);
            Assert.Equal("latin1_swedish_ci", (await second.QueryAsync("SELECT @@collation_connection")).Value);
        }

        Assert.Single(node.Server.Live);
    }

    [Fact]
    public async Task Only_the_difference_is_painted()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(database: "a"), await node.LogInAsync(database: "b"));
        await first.QueryAsync("SELECT 1");
        var before = node.Server.Log.Count;
        await second.QueryAsync("SELECT 2");
        Assert.Equal([CommandCode.InitDb, CommandCode.Query], node.Server.Log.Skip(before).Select(s => s.Command));
    }

    [Fact]
    public async Task A_session_without_a_database_never_gets_a_connection_that_has_one()
    {
        await using var node = new TestNode(connections: 1);
        var (with, without) = (await node.LogInAsync(database: "a"), await node.LogInAsync());
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("a", (await with.QueryAsync("SELECT DATABASE()")).Value);
            Assert.Null((await without.QueryAsync("SELECT DATABASE()")).Value);
        }
    }

    [Fact]
    public async Task The_current_database_follows_the_session()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(database: "a"), await node.LogInAsync(database: "a"));
        await first.QueryAsync("USE b");
        Assert.Equal("a", (await second.QueryAsync("SELECT DATABASE()")).Value);
        Assert.Equal("b", (await first.QueryAsync("SELECT DATABASE()")).Value);
        Assert.True((await first.RunAsync(CommandCode.InitDb, "c"u8.ToArray())).Succeeded);
        Assert.Equal("a", (await second.QueryAsync("SELECT DATABASE()")).Value);
        Assert.Equal("c", (await first.QueryAsync("SELECT DATABASE()")).Value);
        Assert.Equal("c", node.SessionOf(first).Database);
    }

    [Theory]
    [InlineData(CommandCode.Query, "USE b")]
    [InlineData(CommandCode.InitDb, "b")]
    public async Task A_database_that_was_there_a_moment_ago_is_chosen_without_a_connection_until_objects_are_dropped(CommandCode command, string text)
    {
        await using var node = new TestNode(connections: 1);
        var clients = new[] { await node.LogInAsync(database: "a"), await node.LogInAsync(database: "a"), await node.LogInAsync(database: "a") };
        foreach (var client in clients[..2])
        {
            Assert.True((await client.RunAsync(command, Encoding.UTF8.GetBytes(text))).Succeeded);
            await TestNode.UntilAsync(() => node.SessionOf(client) is { IsBusy: false, Database: "b" }, "the session is in b");
        }

        Assert.Single(node.Server.Log, s => s.Command == command && s.Text == text);
        Assert.Equal("b", (await clients[1].QueryAsync("SELECT DATABASE()")).Value);

        await clients[0].QueryAsync("DROP DATABASE c");
        await TestNode.UntilAsync(() => !node.SessionOf(clients[0]).IsBusy, "the session has seen to it");
        var before = node.Server.Log.Count;
        Assert.True((await clients[2].RunAsync(command, Encoding.UTF8.GetBytes(text))).Succeeded);
        Assert.Contains(node.Server.Log.Skip(before), s => s.Command == command && s.Text == text);
    }

    [Fact]
    public async Task A_database_that_does_not_exist_is_the_servers_error_and_the_connection_lives()
    {
        await using var node = new TestNode(connections: 1);
        var client = node.Connect();
        await client.MeetAsync();
        var refused = await client.LogInAsync("app", "no_such");
        Assert.Equal((1049, "Unknown database 'no_such'"), (refused.Error, refused.Text));
        await TestNode.UntilAsync(() => node.Services.Sessions.Count == 0, "the session ends");
        await node.RestAsync();
        Assert.Equal(1, node.Now.Idle);
    }

    [Fact]
    public async Task Names_of_databases_that_clients_make_up_take_no_fingerprint()
    {
        await using var node = new TestNode(connections: 1);
        await node.LogInAsync(database: "a");
        var before = node.Backend.Fingerprints.Count;
        for (var i = 0; i < 5; i++)
        {
            var client = node.Connect();
            await client.MeetAsync();
            Assert.Equal(1049, (await client.LogInAsync("app", $"no_{i}")).Error);
        }

        Assert.Equal(before, node.Backend.Fingerprints.Count);
        Assert.Single(node.Server.Live);
    }

    [Fact]
    public async Task A_known_database_that_was_dropped_keeps_nobody_from_logging_in_to_another()
    {
        await using var node = new TestNode(connections: 2);
        await node.LogInAsync(database: "a");
        var holder = await node.LogInAsync(database: "b");
        await holder.QueryAsync("SELECT GET_LOCK('x', 1)");
        node.Server.Script = (_, statement) =>
            statement is { Command: CommandCode.InitDb, Text: "b" } ? FakeServerReply.Error(1049, "Unknown database 'b'", "42000") : null;

        var client = await node.LogInAsync(database: "c");

        Assert.Equal("c", (await client.QueryAsync("SELECT DATABASE()")).Value);
    }

    [Fact]
    public async Task A_database_that_was_dropped_meanwhile_is_told_and_the_session_goes_on()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(database: "a"), await node.LogInAsync(database: "b"));
        await second.QueryAsync("SELECT 2");
        node.Server.Script = (_, statement) =>
            statement is { Command: CommandCode.InitDb, Text: "a" } ? FakeServerReply.Error(1049, "Unknown database 'a'", "42000") : null;
        Assert.Equal(1049, (await first.QueryAsync("SELECT 1")).Error);
        Assert.DoesNotContain("SELECT 1", node.Server.Queries);
        Assert.Equal("b", (await second.QueryAsync("SELECT DATABASE()")).Value);
        node.Server.Script = null;
        Assert.Equal("a", (await first.QueryAsync("SELECT DATABASE()")).Value);
        Assert.Single(node.Server.Live);
    }

    [Fact]
    public async Task Handshake_options_are_painted()
    {
        await using var node = new TestNode(connections: 1);
        var plain = await node.LogInAsync();
        var special = await node.LogInAsync(flags: FakeClient.Flags | Capabilities.IgnoreSpace | Capabilities.MultiStatements);
        var seen = new List<(bool, bool)>();
        node.Server.Script = (connection, statement) =>
        {
            if (statement.Text == "SELECT 1")
            {
                seen.Add((connection.Session.IgnoreSpace, connection.Session.MultiStatements));
            }

            return null;
        };
        await plain.QueryAsync("SELECT 1");
        await special.QueryAsync("SELECT 1");
        await plain.QueryAsync("SELECT 1");
        Assert.Equal([(false, false), (true, true), (false, false)], seen);
    }

    [Fact]
    public async Task A_reset_keeps_IGNORE_SPACE_of_the_login()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync(flags: FakeClient.Flags | Capabilities.IgnoreSpace);
        await client.RunAsync(CommandCode.ResetConnection);
        Assert.Contains("IGNORE_SPACE", (await client.QueryAsync("SELECT @@sql_mode FROM state")).Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ServerFlavour.MySql, true)]
    [InlineData(ServerFlavour.MariaDb, false)]
    public async Task A_change_of_user_keeps_IGNORE_SPACE_of_the_login_on_MySQL(ServerFlavour flavour, bool keeps)
    {
        await using var node = new TestNode(connections: 1, flavour: flavour);
        var client = await node.LogInAsync(flags: FakeClient.Flags | Capabilities.IgnoreSpace);
        Assert.Contains("IGNORE_SPACE", (await client.QueryAsync("SELECT @@sql_mode FROM state")).Value, StringComparison.Ordinal);
        Assert.True((await client.ChangeUserAsync("other")).Succeeded);
        Assert.Equal(keeps, (await client.QueryAsync("SELECT @@sql_mode FROM state")).Value!.Contains("IGNORE_SPACE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_connection_lost_while_it_is_painted_is_replaced_and_nothing_is_told()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(database: "a"), await node.LogInAsync(database: "b"));
        await first.QueryAsync("SELECT 1");
        node.Server.Script = (connection, statement) =>
            connection.ThreadId == 1 && statement.Command == CommandCode.InitDb ? FakeServerReply.None with { CutAt = 0 } : null;
        Assert.Equal("b", (await second.QueryAsync("SELECT DATABASE()")).Value);
        await node.RestAsync();
    }
}
