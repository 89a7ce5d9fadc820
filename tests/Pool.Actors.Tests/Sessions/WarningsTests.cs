using System.Text;
using Pool.Actors.Backends;
using Pool.Actors.Sessions;
using Pool.Testing;
using Pool.Wire.Commands;
using Pool.Wire.Replies;

namespace Pool.Actors.Tests.Sessions;

/// <summary>The warnings that a session sees are its own: neither others' nor the pool's, and there for as long as a server keeps them.</summary>
public sealed class WarningsTests
{
    private const string Paint = "SET time_zone = '+01:00'";

    [Theory]
    [InlineData(ServerFlavour.MySql, "DO 0")]
    [InlineData(ServerFlavour.MariaDb, "DO (SELECT 1 FROM (SELECT 1) t)")]
    public async Task Show_warnings_never_shows_those_of_the_repaint_before_it(ServerFlavour flavour, string clearing)
    {
        await using var node = new TestNode(connections: 1, flavour: flavour);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("SET SESSION time_zone = '+01:00'");
        for (var i = 0; i < 2; i++)
        {
            // Not the first time, when the repaint is looked at.
            await first.QueryAsync("SELECT 1");
            await second.QueryAsync("SELECT 2");
        }

        await node.RestAsync();
        string? before = null;
        node.Server.Script = (connection, statement) =>
        {
            var reply = statement.Text == "SHOW WARNINGS" && before == Paint
                ? FakeServerReply.Rows(connection.Session.Status, "Message", ["the repaint warns"])
                : null;
            before = statement.Text;
            return reply;
        };
        Assert.Empty((await first.QueryAsync("SHOW WARNINGS")).Rows!);
        Assert.Equal([Paint, clearing, "SHOW WARNINGS"], node.Server.Queries.TakeLast(3));
    }

    [Fact]
    public async Task The_count_of_warnings_is_the_sessions_once_its_connection_was_given_back()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        await client.QueryAsync("INSERT IGNORE 1");
        await node.HoldsAsync(client, true);
        node.Time.Advance(TimeSpan.FromSeconds(2));
        await node.HoldsAsync(client, false);
        await client.QueryAsync("SHOW COUNT(*) WARNINGS");
        Assert.Equal("SELECT IF(1, CAST(1 AS UNSIGNED), @@warning_count) AS `@@session.warning_count`", node.Server.Queries.Last());
    }

    [Theory]
    [InlineData("SHOW COUNT(*) WARNINGS")]
    [InlineData("GET DIAGNOSTICS @n = NUMBER")]
    public async Task What_asks_about_warnings_once_the_connection_was_given_back_leaves_them(string asking)
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        await client.QueryAsync("INSERT IGNORE 1");
        await node.HoldsAsync(client, true);
        node.Time.Advance(TimeSpan.FromSeconds(2));
        await node.HoldsAsync(client, false);
        await client.QueryAsync(asking);
        await node.HoldsAsync(client, true);
        Assert.Equal("ignored by INSERT IGNORE 1", Assert.Single((await client.QueryAsync("SHOW WARNINGS")).Rows!));
    }

    /// <summary>MariaDB keeps them over statements without a table.</summary>
    [Theory]
    [InlineData("SELECT GET_LOCK('a', 1)")]
    [InlineData("BEGIN")]
    public async Task Warnings_of_the_first_of_several_statements_are_shown_to_no_other_session(string taking)
    {
        const string Several = "INSERT IGNORE 1; DO 0";
        await using var node = new TestNode(connections: 1, flavour: ServerFlavour.MariaDb, server: new FakeServer { KeepsWarnings = true });
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        var warns = false;
        node.Server.Script = (connection, statement) =>
        {
            warns = statement.Text == Several || (warns && statement.Command != CommandCode.ResetConnection);
            return statement.Text switch
            {
                Several => FakeServerReply.Several(
                    FakeServerReply.Ok(connection.Session.Status | ServerStatus.MoreResults, affected: 1, warnings: 1), FakeServerReply.Ok(connection.Session.Status)),
                "SHOW WARNINGS" when warns => FakeServerReply.Rows(connection.Session.Status, "Message", ["the first one's"]),
                _ => null,
            };
        };
        await first.QueryAsync(Several);
        await first.ReadNextResultAsync();
        await second.QueryAsync(taking);
        Assert.Empty((await second.QueryAsync("SHOW WARNINGS")).Rows!);
    }

    /// <summary>MySQL tells their number with the choice of a database.</summary>
    [Fact]
    public async Task Another_sessions_warnings_are_not_told_with_the_choice_of_a_database()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("INSERT IGNORE 1");
        await node.PinnedAsync(first, PinReasons.Diagnostics);
        node.Time.Advance(TimeSpan.FromSeconds(2));
        await node.HoldsAsync(first, false);
        await second.RunAsync(CommandCode.InitDb, "other"u8.ToArray());
        Assert.Equal(["DO 0", "other"], node.Server.Log.Select(s => s.Text).TakeLast(2));
    }

    [Fact]
    public async Task To_show_warnings_that_the_session_has_takes_no_connection()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        await client.QueryAsync("INSERT IGNORE 1");
        await node.PinnedAsync(client, PinReasons.Diagnostics);
        node.Time.Advance(TimeSpan.FromSeconds(2));
        await node.HoldsAsync(client, false);
        Assert.Single((await client.QueryAsync("SHOW WARNINGS")).Rows!);
        await TestNode.UntilAsync(() => !node.SessionOf(client).IsBusy, "it is idle");
        Assert.False(node.SessionOf(client).HoldsLease);
    }

    /// <summary>MySQL keeps them over parts of a parameter, and adds to them those of a list of columns.</summary>
    [Theory]
    [InlineData(CommandCode.StmtSendLongData)]
    [InlineData(CommandCode.FieldList)]
    public async Task Another_sessions_warnings_are_not_shown_after_a_command_that_leaves_them(CommandCode command)
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        var id = await second.PrepareAsync("SELECT ?");
        node.Server.Script = (_, statement) => statement.Command == CommandCode.FieldList ? FakeServerReply.Error(1146, "no such table") : null;
        await first.QueryAsync("INSERT IGNORE 1");
        await node.PinnedAsync(first, PinReasons.Diagnostics);
        node.Time.Advance(TimeSpan.FromSeconds(2));
        await node.HoldsAsync(first, false);
        if (command == CommandCode.FieldList)
        {
            Assert.Equal(1146, (await second.RunAsync(command, "t\0"u8.ToArray())).Error);
        }
        else
        {
            await second.SendAsync(command, [.. BitConverter.GetBytes(id), 0, 0, (byte)'a']);
        }

        await second.QueryAsync("SHOW WARNINGS");
        Assert.Contains("DO 0", node.Server.Queries.SkipWhile(q => q != "INSERT IGNORE 1"));
    }

    [Theory]
    [InlineData("SHOW WARNINGS", "no such table")]
    [InlineData("SELECT ROW_COUNT()", "-1")]
    public async Task A_list_of_columns_that_fails_is_told_of_once_the_connection_was_given_back(string asking, string told)
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        node.Server.Script = (connection, statement) => statement.Command == CommandCode.FieldList ? FakeServerReply.Error(1146, "no such table")
            : statement.Text == "SHOW WARNINGS" ? FakeServerReply.Rows(connection.Session.Status, "Message", ["no such table"]) : null;
        await client.QueryAsync("INSERT 1");
        await client.RunAsync(CommandCode.FieldList, "t\0"u8.ToArray());
        await node.PinnedAsync(client, PinReasons.Diagnostics);
        node.Time.Advance(TimeSpan.FromSeconds(2));
        await node.HoldsAsync(client, false);
        Assert.Contains(told, Assert.Single((await client.QueryAsync(asking)).Rows!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parts_of_a_parameter_leave_the_warnings_where_the_statement_must_be_prepared_first()
    {
        await using var node = new TestNode(connections: 2);
        var (client, other) = (await node.LogInAsync(), await node.LogInAsync());
        var id = await client.PrepareAsync("SELECT ?");
        await node.RestAsync();
        await other.QueryAsync("BEGIN");
        var forgets = false;
        await client.QueryAsync("INSERT IGNORE 1");
        await node.PinnedAsync(client, PinReasons.Diagnostics);
        node.Server.Script = (connection, statement) =>
        {
            forgets |= statement.Command == CommandCode.StmtPrepare;
            return forgets && statement.Text == "SHOW WARNINGS" ? FakeServerReply.Rows(connection.Session.Status, "Message", []) : null;
        };
        await client.SendAsync(CommandCode.StmtSendLongData, [.. BitConverter.GetBytes(id), 0, 0, (byte)'a']);
        Assert.Equal("ignored by INSERT IGNORE 1", Assert.Single((await client.QueryAsync("SHOW WARNINGS")).Rows!));
        Assert.True(forgets);
    }

    [Fact]
    public async Task A_kill_ends_the_warnings_and_the_row_count_of_the_statement_before()
    {
        await using var node = new TestNode(connections: 1);
        var (client, other) = (await node.LogInAsync(), await node.LogInAsync());
        foreach (var isHeld in (bool[])[true, false])
        {
            await client.QueryAsync("INSERT IGNORE 1");
            await node.PinnedAsync(client, PinReasons.Diagnostics);
            node.Time.Advance(isHeld ? TimeSpan.Zero : TimeSpan.FromSeconds(2));
            await node.HoldsAsync(client, isHeld);
            Assert.True((await client.QueryAsync($"KILL QUERY {other.ConnectionId}")).Succeeded);
            Assert.Contains("0", (await client.QueryAsync("SELECT ROW_COUNT()")).Value, StringComparison.Ordinal);
            await client.QueryAsync("INSERT IGNORE 1");
            await client.QueryAsync($"KILL QUERY {other.ConnectionId}");
            Assert.Empty((await client.QueryAsync("SHOW WARNINGS")).Rows!);
        }
    }

    [Theory]
    [InlineData("SELECT 2", true)]
    [InlineData("SELECT a FROM t", false)]
    [InlineData("SELECT 2 AS ' b'", false)]
    public async Task MariaDb_keeps_warnings_over_the_prepare_of_what_uses_no_table_and_does_not_warn(string prepared, bool keeps)
    {
        await using var node = new TestNode(connections: 1, flavour: ServerFlavour.MariaDb);
        var client = await node.LogInAsync();
        await client.QueryAsync("INSERT IGNORE 1");
        await node.PinnedAsync(client, PinReasons.Diagnostics);
        node.Time.Advance(TimeSpan.FromSeconds(2));
        await node.HoldsAsync(client, false);
        var own = prepared.Contains("' b'", StringComparison.Ordinal);
        node.Server.Script = (connection, statement) =>
            own && statement.Command == CommandCode.StmtPrepare ? FakeServerReply.Prepared(7, 0, warnings: 1)
            : own && statement.Text == "SHOW WARNINGS" ? FakeServerReply.Rows(connection.Session.Status, "Message", ["the prepare's"]) : null;
        await client.PrepareAsync(prepared);
        await node.HoldsAsync(client, own);
        node.Time.Advance(TimeSpan.FromSeconds(2));
        await node.HoldsAsync(client, false);
        var shown = (await client.QueryAsync("SHOW WARNINGS")).Rows!;
        Assert.Equal(keeps ? ["ignored by INSERT IGNORE 1"] : own ? ["the prepare's"] : [], shown);
    }

    [Theory]
    [InlineData(ServerFlavour.MySql)]
    [InlineData(ServerFlavour.MariaDb)]
    public async Task Preparing_a_statement_ends_warnings_as_the_server_does(ServerFlavour flavour)
    {
        await using var node = new TestNode(connections: 1, flavour: flavour);
        var client = await node.LogInAsync();
        await client.QueryAsync("INSERT IGNORE 1");
        await node.PinnedAsync(client, PinReasons.Diagnostics);
        node.Time.Advance(TimeSpan.FromSeconds(2));
        await node.HoldsAsync(client, false);
        await client.PrepareAsync("SELECT 2");
        var shown = (await client.QueryAsync("SHOW WARNINGS")).Rows!;
        Assert.Equal(flavour == ServerFlavour.MySql ? 0 : 1, shown.Count);
    }

    [Theory]
    [InlineData(CommandCode.Ping, "")]
    [InlineData(CommandCode.InitDb, "a")]
    public async Task Warnings_outlive_commands_that_are_no_statements(CommandCode command, string arguments)
    {
        await using var node = new TestNode(connections: 1, flavour: ServerFlavour.MariaDb);
        var client = await node.LogInAsync();
        foreach (var isHeld in (bool[])[true, false])
        {
            await client.QueryAsync("INSERT IGNORE 1");
            node.Time.Advance(isHeld ? TimeSpan.Zero : TimeSpan.FromSeconds(2));
            await node.HoldsAsync(client, isHeld);
            await client.RunAsync(command, Encoding.ASCII.GetBytes(arguments));
            Assert.Equal("ignored by INSERT IGNORE 1", Assert.Single((await client.QueryAsync("SHOW WARNINGS")).Rows!));
        }
    }

    [Fact]
    public async Task The_reset_of_a_statement_that_is_prepared_elsewhere_leaves_the_warnings_and_tells_none()
    {
        await using var node = new TestNode(connections: 2);
        var (client, other) = (await node.LogInAsync(), await node.LogInAsync());
        var id = await client.PrepareAsync("SELECT 1");
        await node.RestAsync();
        await other.QueryAsync("BEGIN");
        await client.QueryAsync("INSERT IGNORE 1");
        node.Server.Script = (connection, statement) => statement.Command == CommandCode.Ping ? FakeServerReply.Ok(connection.Session.Status, warnings: 1) : null;
        Assert.Equal(0, (await client.RunAsync(CommandCode.StmtReset, BitConverter.GetBytes(id))).Warnings);
        Assert.Equal("ignored by INSERT IGNORE 1", Assert.Single((await client.QueryAsync("SHOW WARNINGS")).Rows!));
    }
}
