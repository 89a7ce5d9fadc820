using Pool.Actors.Backends;
using Pool.Testing;
using Pool.Testing.Replies;
using Pool.Wire.Replies;

namespace Pool.Actors.Tests.Relay;

/// <summary>What a session has set may ride in its statements, on a connection that keeps its paint.</summary>
public sealed class StatementHintTests
{
    private const string Read = "SELECT @@group_concat_max_len, RAND()";
    private const string HintedRead = "SELECT /*+ SET_VAR(group_concat_max_len=2000) */ @@group_concat_max_len, RAND()";

    [Fact]
    public async Task Two_sessions_with_different_settings_share_a_connection_that_keeps_its_paint()
    {
        await using var node = NewNode();
        var (first, second) = await SessionsAsync(node);
        var repaints = node.Backend.Metrics.Repaints.Value;
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("2000", (await first.QueryAsync(Read)).Value);
            Assert.Equal("3000", (await second.QueryAsync(Read)).Value);
        }

        Assert.Equal((5, repaints), (node.Backend.Metrics.Hinted.Value, node.Backend.Metrics.Repaints.Value));
        Assert.Equal(5, node.Server.Queries.Count(q => q == HintedRead));
        Assert.Single(node.Server.Live);
    }

    [Fact]
    public async Task A_paint_that_nobody_asks_for_is_given_up_after_four_statements()
    {
        await using var node = NewNode();
        var (first, _) = await SessionsAsync(node);
        var repaints = node.Backend.Metrics.Repaints.Value;
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal("2000", (await first.QueryAsync(Read)).Value);
        }

        Assert.Equal((4, repaints + 1), (node.Backend.Metrics.Hinted.Value, node.Backend.Metrics.Repaints.Value));
    }

    [Fact]
    public async Task A_connection_is_repainted_when_others_wait_for_the_same_settings()
    {
        await using var node = NewNode();
        var (first, second) = await SessionsAsync(node);
        var third = await node.LogInAsync(database: "a");
        await third.QueryAsync("SET group_concat_max_len = 2000");
        await second.QueryAsync("BEGIN");
        var reads = new[] { first.QueryAsync(Read), third.QueryAsync(Read) };
        await TestNode.UntilAsync(() => node.Now.Waiting == 2, "both wait");
        var repaints = node.Backend.Metrics.Repaints.Value;

        await second.QueryAsync("COMMIT");

        Assert.All(await Task.WhenAll(reads), r => Assert.Equal("2000", r.Value));
        Assert.Equal((0, repaints + 1), (node.Backend.Metrics.Hinted.Value, node.Backend.Metrics.Repaints.Value));
    }

    [Fact]
    public async Task Where_a_connection_is_idle_nothing_rides()
    {
        await using var node = NewNode(connections: 2);
        var (first, second) = await SessionsAsync(node);
        var third = await node.LogInAsync();
        await third.QueryAsync("BEGIN");
        await second.QueryAsync(Read);
        await third.QueryAsync("COMMIT");
        await node.RestAsync();
        Assert.Equal(2, node.Now.Idle);
        await first.QueryAsync(Read);
        Assert.Equal(0, node.Backend.Metrics.Hinted.Value);
    }

    [Fact]
    public async Task Switched_off_nothing_rides()
    {
        await using var node = NewNode();
        node.Backend.UsesHints = false;
        await AssertRepaintsAsync(node, Read);
    }

    [Theory]
    [InlineData("5.5.5-10.11.2-MariaDB", ServerFlavour.MariaDb)]
    [InlineData("8.0.2", ServerFlavour.MySql)]
    public async Task Other_servers_never_get_hints(string version, ServerFlavour flavour)
    {
        await using var node = NewNode(server: new FakeServer { Version = version }, flavour: flavour);
        await AssertRepaintsAsync(node, Read);
    }

    [Theory]
    [InlineData("BEGIN")]
    [InlineData("DO 1")]
    [InlineData("SELECT GET_LOCK('a', 1)")]
    [InlineData("SELECT @a := 1")]
    [InlineData("SELECT f(1)")]
    [InlineData("SELECT ROW_COUNT()")]
    [InlineData("SELECT 1; SELECT 2")]
    [InlineData("WITH x AS (SELECT 1) SELECT * FROM x")]
    [InlineData("SELECT /*+ SET_VAR(group_concat_max_len=7) */ 1")]
    public async Task Statements_that_take_no_hint_or_touch_their_session_are_repainted_for(string sql)
    {
        await using var node = NewNode();
        await AssertRepaintsAsync(node, sql);
    }

    [Theory]
    [InlineData("SET old_mode = 'X'", "SELECT 1")]
    [InlineData("SET autocommit = 0", "SELECT 1")]
    [InlineData("USE other", "SELECT 1")]
    [InlineData("SET sql_mode = 'STRICT_TRANS_TABLES,ANSI_QUOTES'", "SELECT 1")]
    [InlineData("SET sql_mode = 'ONLY_FULL_GROUP_BY'", "SELECT DATE'2020-00-00'")]
    [InlineData("SET time_zone = '+05:00'", "SELECT {ts'2020-01-01 00:00:00+00:00'}")]
    public async Task Differences_that_a_hint_does_not_make_are_painted(string difference, string sql)
    {
        await using var node = NewNode();
        var (first, second) = await SessionsAsync(node);
        await first.QueryAsync(difference);
        await second.QueryAsync("SET group_concat_max_len = 3000");
        var repaints = node.Backend.Metrics.Repaints.Value;
        await first.QueryAsync(sql);
        Assert.Equal((0, repaints + 1), (node.Backend.Metrics.Hinted.Value, node.Backend.Metrics.Repaints.Value));
    }

    [Theory]
    [InlineData("SET sql_mode = 'ONLY_FULL_GROUP_BY,STRICT_ALL_TABLES'", "@@sql_mode", "ONLY_FULL_GROUP_BY,STRICT_ALL_TABLES")]
    [InlineData("SET time_zone = '+05:00'", "@@time_zone", "+05:00")]
    public async Task Modes_that_are_read_late_and_time_zones_ride(string difference, string variable, string value)
    {
        await using var node = NewNode();
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync(difference);
        await second.QueryAsync("SET group_concat_max_len = 3000");
        Assert.Equal(value, (await first.QueryAsync($"SELECT {variable}, RAND()")).Value);
        Assert.Equal(1, node.Backend.Metrics.Hinted.Value);
    }

    [Fact]
    public async Task A_hint_that_the_server_warns_of_is_tried_once_and_never_used()
    {
        await using var node = NewNode();
        node.Server.Script = (connection, statement) => statement.Text.StartsWith("SELECT /*+ SET_VAR", StringComparison.Ordinal)
            ? FakeServerReply.Rows(ServerStatus.Autocommit, "value", ["x"], warnings: 1) : null;
        var (first, second) = await SessionsAsync(node);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("2000", (await first.QueryAsync(Read)).Value);
            Assert.Equal("3000", (await second.QueryAsync(Read)).Value);
        }

        Assert.Equal(0, node.Backend.Metrics.Hinted.Value);
        Assert.Equal(2, node.Server.Queries.Count(q => q.Contains("SET_VAR", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_connection_that_a_hint_leaves_otherwise_is_used_by_nobody()
    {
        await using var node = NewNode();
        node.Server.Script = (connection, statement) =>
        {
            if (statement.Text.StartsWith("SELECT /*+ SET_VAR", StringComparison.Ordinal))
            {
                connection.Session.Settings["old_mode"] = "LEFT BEHIND";
            }

            return null;
        };
        var (first, _) = await SessionsAsync(node);
        Assert.Equal("2000", (await first.QueryAsync(Read)).Value);
        await node.RestAsync();
        Assert.Equal(2ul, node.Server.Live.Single(c => c.Session.Settings["group_concat_max_len"] == "2000").ThreadId);
        Assert.Equal(0, node.Backend.Metrics.Hinted.Value);
    }

    [Fact]
    public async Task A_client_that_tracks_is_not_told_what_the_connection_has_again()
    {
        await using var node = NewNode();
        var (first, _) = await SessionsAsync(node);
        node.Server.Script = (_, statement) => statement.Text.EndsWith(" t SET a = 1", StringComparison.Ordinal)
            ? FakeServerReply.Ok(ServerStatus.Autocommit, affected: 7, changes: StateChange.Variable("group_concat_max_len", "3000")) : null;
        var result = await first.QueryAsync("UPDATE t SET a = 1");
        Assert.Equal(1, node.Backend.Metrics.Hinted.Value);
        Assert.Equal((7ul, ServerStatus.Autocommit), (result.AffectedRows, result.Status));
        Assert.Equal("2000", (await first.QueryAsync(Read)).Value);
    }

    [Fact]
    public async Task What_a_hinted_statement_changes_is_the_sessions_beside_what_rode()
    {
        await using var node = NewNode();
        var (first, second) = await SessionsAsync(node);
        node.Server.Script = (connection, statement) =>
        {
            if (!statement.Text.EndsWith(" t SET a = 1", StringComparison.Ordinal))
            {
                return null;
            }

            connection.Session.Settings["old_mode"] = "X";
            return FakeServerReply.Ok(ServerStatus.Autocommit, changes: StateChange.Variable("old_mode", "X"));
        };
        await first.QueryAsync("UPDATE t SET a = 1");
        Assert.Equal(1, node.Backend.Metrics.Hinted.Value);
        Assert.Equal("3000", (await second.QueryAsync(Read)).Value);
        Assert.Equal("", (await second.QueryAsync("SELECT @@old_mode, RAND()")).Value);
        Assert.Equal("2000", (await first.QueryAsync(Read)).Value);
        Assert.Equal("X", (await first.QueryAsync("SELECT @@old_mode, RAND()")).Value);
    }

    [Fact]
    public async Task Warnings_and_errors_of_a_hinted_statement_are_kept_by_its_session()
    {
        await using var node = NewNode();
        var (first, second) = await SessionsAsync(node);
        Assert.Equal(1, (await first.QueryAsync("INSERT IGNORE 1")).Warnings);
        Assert.Equal(1, node.Backend.Metrics.Hinted.Value);
        await node.HoldsAsync(first, false);
        Assert.Equal("3000", (await second.QueryAsync(Read)).Value);
        Assert.Equal(["ignored by INSERT IGNORE 1"], (await first.QueryAsync("SHOW WARNINGS")).Rows);

        node.Server.Script = (_, statement) => statement.Text.EndsWith(" FROM nothing", StringComparison.Ordinal)
            ? FakeServerReply.Error(1146, "no such table", "42S02") : null;
        Assert.Equal(1146, (await first.QueryAsync("DELETE FROM nothing")).Error);
        await node.HoldsAsync(first, false);
        Assert.Equal("3000", (await second.QueryAsync(Read)).Value);
        Assert.Equal("2000", (await first.QueryAsync(Read)).Value);
    }

    private static async Task AssertRepaintsAsync(TestNode node, string sql)
    {
        var (first, _) = await SessionsAsync(node);
        var repaints = node.Backend.Metrics.Repaints.Value;
        await first.QueryAsync(sql);
        Assert.Equal((0, repaints + 1), (node.Backend.Metrics.Hinted.Value, node.Backend.Metrics.Repaints.Value));
        Assert.DoesNotContain(node.Server.Queries, q => q != sql && q.Contains("SET_VAR", StringComparison.Ordinal));
    }

    private static TestNode NewNode(int connections = 1, FakeServer? server = null, ServerFlavour flavour = ServerFlavour.MySql)
    {
        var node = new TestNode(connections, server, flavour: flavour);
        node.Backend.UsesHints = true;
        return node;
    }

    // The connection carries what the second has set.
    private static async Task<(FakeClient First, FakeClient Second)> SessionsAsync(TestNode node)
    {
        var (first, second) = (await node.LogInAsync(database: "a"), await node.LogInAsync(database: "a"));
        await first.QueryAsync("SET group_concat_max_len = 2000");
        await second.QueryAsync("SET group_concat_max_len = 3000");
        return (first, second);
    }
}
