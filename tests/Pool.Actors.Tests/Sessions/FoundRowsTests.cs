using Microsoft.Extensions.Logging.Abstractions;
using Pool.Actors.Backends;
using Pool.Actors.Backends.StoredCode;
using Pool.Actors.Sessions;
using Pool.Actors.Tests.Backends.StoredCode;
using Pool.Actors.Tests.Prepared;
using Pool.Testing;
using Pool.Wire.Commands;
using Pool.Wire.Replies;

namespace Pool.Actors.Tests.Sessions;

/// <summary>What a statement leaves for the next one to ask survives what Pool itself does in between.</summary>
public sealed class FoundRowsTests
{
    private const string Counting = "SELECT SQL_CALC_FOUND_ROWS a LIMIT 2";

    [Fact]
    public async Task The_total_of_found_rows_is_read_before_a_silent_session_gives_its_connection_back()
    {
        await using var node = NodeThatFinds500();
        var client = await node.LogInAsync();
        Assert.Equal(2, (await client.QueryAsync(Counting)).Rows!.Count);
        await node.HoldsAsync(client, true);
        node.Time.Advance(TimeSpan.FromSeconds(2));
        await node.HoldsAsync(client, false);
        await AssertAsksFor500Async(node, client);
    }

    [Fact]
    public async Task The_total_of_found_rows_is_read_before_a_waiter_gets_the_connection()
    {
        await using var node = NodeThatFinds500();
        var (client, other) = (await node.LogInAsync(), await node.LogInAsync());
        await client.QueryAsync("BEGIN");
        var waiting = other.QueryAsync("SELECT 'other'");
        await TestNode.UntilAsync(() => node.Now.Waiting == 1, "the other waits");
        await client.QueryAsync("SELECT 1");
        await client.QueryAsync("COMMIT");
        Assert.True((await waiting).Succeeded);

        var release = new TaskCompletionSource();
        var plain = node.Server.Script!;
        node.Server.Script = (connection, statement) => statement.Text == Counting
            ? FakeServerReply.Rows(connection.Session.Status, "a", ["1", "2"]) with { Wait = release.Task }
            : plain(connection, statement);
        var counting = client.QueryAsync(Counting);
        await TestNode.UntilAsync(() => node.Server.Queries.Contains(Counting), "it runs");
        waiting = other.QueryAsync("SELECT 'again'");
        await TestNode.UntilAsync(() => node.Now.Waiting == 1, "the other waits");
        release.SetResult();
        Assert.True((await counting).Succeeded);
        Assert.True((await waiting).Succeeded);
        await AssertAsksFor500Async(node, client);
    }

    [Fact]
    public async Task The_total_of_found_rows_is_the_sessions_though_the_connection_is_kept_after_all()
    {
        await using var node = NodeThatFinds500();
        var plain = node.Server.Script!;
        node.Server.Script = (connection, statement) => statement.Text.Contains("COLLATION(", StringComparison.Ordinal)
            ? FakeServerReply.Rows(connection.Session.Status, "v", [])
            : plain(connection, statement);
        var client = await node.LogInAsync();
        await client.QueryAsync("SELECT SQL_CALC_FOUND_ROWS @v := 1 LIMIT 2");
        await node.HoldsAsync(client, true);
        node.Time.Advance(TimeSpan.FromSeconds(2));
        await node.PinnedAsync(client, PinReasons.FoundRows | PinReasons.UserVariables);
        await AssertAsksFor500Async(node, client);
    }

    [Fact]
    public async Task The_total_of_found_rows_outlives_a_reset()
    {
        await using var node = NodeThatFinds500();
        var client = await node.LogInAsync();
        await client.QueryAsync(Counting);
        await client.RunAsync(CommandCode.ResetConnection);
        await AssertAsksFor500Async(node, client);
    }

    [Fact]
    public async Task The_row_count_outlives_the_restored_insert_id()
    {
        await using var node = new TestNode(connections: 1);
        node.Server.Script = (connection, statement) => statement.Text.StartsWith("UPDATE", StringComparison.Ordinal)
            ? FakeServerReply.Ok(connection.Session.Status, affected: 3)
            : null;
        var (client, other) = (await node.LogInAsync(), await node.LogInAsync());
        var id = (await client.QueryAsync("INSERT 1")).InsertId;
        await other.QueryAsync("INSERT 2");
        await client.QueryAsync("BEGIN");
        await client.QueryAsync("UPDATE t SET a = 1");
        var asked = (await client.QueryAsync("SELECT ROW_COUNT(), LAST_INSERT_ID()")).Value;
        Assert.Contains("CAST(3 AS SIGNED)", asked, StringComparison.Ordinal);
        Assert.Contains($"SET last_insert_id = {id}", node.Server.Queries);
    }

    [Fact]
    public async Task Row_count_and_found_rows_outlive_the_repaint_of_a_held_connection()
    {
        await using var node = new TestNode(connections: 1);
        node.Server.Script = (connection, statement) => statement.Text switch
        {
            "UPDATE t SET a = 1" => FakeServerReply.Ok(connection.Session.Status, affected: 3),
            "SELECT FOUND_ROWS() LIMIT 1" => FakeServerReply.Rows(connection.Session.Status, "FOUND_ROWS()", ["500"]),
            _ => null,
        };
        var client = await node.LogInAsync();
        await client.QueryAsync("SET wait_timeout = 5");
        await client.QueryAsync("BEGIN");
        await client.QueryAsync("UPDATE t SET a = 1");
        Assert.Contains("CAST(3 AS SIGNED)", await AskedAsync(node, client, "SELECT ROW_COUNT(), @@wait_timeout"), StringComparison.Ordinal);
        await client.QueryAsync("COMMIT");
        await client.QueryAsync("BEGIN");
        await client.QueryAsync(Counting);
        Assert.Contains("CAST(500 AS SIGNED)", await AskedAsync(node, client, "SELECT FOUND_ROWS(), @@wait_timeout"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_total_of_found_rows_outlives_the_restored_insert_id()
    {
        await using var node = NodeThatFinds500();
        var client = await node.LogInAsync();
        await client.QueryAsync("INSERT 1");
        await client.QueryAsync("BEGIN");
        await client.QueryAsync(Counting);
        Assert.Contains("CAST(500 AS SIGNED)", await AskedAsync(node, client, "SELECT FOUND_ROWS(), LAST_INSERT_ID()"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("BEGIN", false)]
    [InlineData("BEGIN", true)]
    [InlineData("LOCK TABLES t READ", false)]
    [InlineData("CREATE TEMPORARY TABLE t (a INT)", true)]
    public async Task What_selects_nothing_leaves_the_found_rows_of_the_session_and_not_of_the_connection(string taking, bool isPrepared)
    {
        await using var node = new TestNode(connections: 1);
        var (client, other) = (await node.LogInAsync(), await node.LogInAsync());
        var id = isPrepared ? await client.PrepareAsync("SELECT FOUND_ROWS()") : 0;
        await client.QueryAsync("SELECT a LIMIT 3");
        await other.QueryAsync("SELECT b LIMIT 5");
        await client.QueryAsync(taking);
        var asked = isPrepared ? await client.ExecuteAsync(id) : await client.QueryAsync("SELECT FOUND_ROWS()");
        Assert.Contains("CAST(3 AS SIGNED)", asked.Value, StringComparison.Ordinal);
        await client.QueryAsync("SELECT c LIMIT 4");
        asked = isPrepared ? await client.ExecuteAsync(id) : await client.QueryAsync("SELECT FOUND_ROWS()");
        Assert.Equal(isPrepared ? "SELECT FOUND_ROWS()" : "4", asked.Value);
    }

    /// <summary>MariaDB does not count the one row of COUNT(*) where the condition cannot be true, and what the text tells of that is little.</summary>
    [Theory]
    [InlineData("SELECT COUNT(*) FROM t WHERE 0", 1, "CAST(1 AS SIGNED)")]
    [InlineData("SELECT COUNT(*) INTO @c FROM t WHERE 0", null, "CAST(0 AS SIGNED)")]
    [InlineData("CALL counts()", 1, "CAST(1 AS SIGNED)")]
    [InlineData("SELECT a FROM t", 2, null)]
    [InlineData("SELECT SQL_CALC_FOUND_ROWS a FROM t LIMIT 1", 1, null)]
    public async Task One_row_may_not_have_been_counted_by_MariaDB(string sql, int? rows, string? told)
    {
        await using var node = new TestNode(connections: 1, flavour: ServerFlavour.MariaDb);
        var (client, other) = (await node.LogInAsync(), await node.LogInAsync());
        await other.QueryAsync("SELECT b LIMIT 7");
        await client.QueryAsync("BEGIN");
        node.Server.Script = (connection, statement) => statement.Text != sql ? null
            : rows is { } count ? FakeServerReply.Rows(connection.Session.Status, "a", Enumerable.Repeat("0", count))
            : FakeServerReply.Ok(connection.Session.Status);
        await client.QueryAsync(sql);
        var asked = await AskedAsync(node, client, "SELECT FOUND_ROWS()");
        Assert.Contains(told ?? "SELECT FOUND_ROWS()", asked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT a LIMIT 2; -- done")]
    [InlineData("SELECT a LIMIT 2; /* done */")]
    public async Task A_comment_behind_a_statement_leaves_its_found_rows(string sql)
    {
        await using var node = new TestNode(connections: 1);
        var (client, other) = (await node.LogInAsync(), await node.LogInAsync());
        node.Server.Script = (connection, statement) => statement.Text != sql ? null : FakeServerReply.Several(
            FakeServerReply.Rows(connection.Session.Status | ServerStatus.MoreResults, "a", ["1", "2"]), FakeServerReply.Ok(connection.Session.Status));
        await client.QueryAsync(sql);
        await client.ReadNextResultAsync();
        await other.QueryAsync("SELECT b LIMIT 5");
        Assert.Contains("CAST(2 AS SIGNED)", await AskedAsync(node, client, "SELECT FOUND_ROWS()"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, 4)]
    [InlineData(false, 3)]
    public async Task An_error_leaves_the_found_rows_of_the_statement_before_it(bool comesAfterRows, int found)
    {
        const string Fails = "SELECT a LIMIT 4; SELECT bad";
        await using var node = new TestNode(connections: 1);
        var (client, other) = (await node.LogInAsync(), await node.LogInAsync());
        await client.QueryAsync("SELECT a LIMIT 3");
        await other.QueryAsync("SELECT b LIMIT 7");
        node.Server.Script = (connection, statement) =>
        {
            var rows = FakeServerReply.Rows(connection.Session.Status | ServerStatus.MoreResults, "a", ["1", "2", "3", "4"]);
            return statement.Text switch
            {
                Fails => FakeServerReply.Of([.. comesAfterRows ? rows.Payloads : rows.Payloads.SkipLast(1), .. FakeServerReply.Error(1054, "Unknown column").Payloads]),
                "SELECT FOUND_ROWS() LIMIT 1" => FakeServerReply.Rows(connection.Session.Status, "FOUND_ROWS()", [comesAfterRows ? "4" : "7"]),
                _ => null,
            };
        };
        await client.QueryAsync(Fails);
        if (comesAfterRows)
        {
            await client.ReadNextResultAsync();
        }

        await node.PinnedAsync(client, PinReasons.Diagnostics);
        node.Time.Advance(TimeSpan.FromSeconds(2));
        await node.HoldsAsync(client, false);
        await other.QueryAsync("SELECT b LIMIT 5");
        Assert.Contains($"CAST({found} AS SIGNED)", await AskedAsync(node, client, "SELECT FOUND_ROWS()"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("BEGIN; SELECT FOUND_ROWS(); COMMIT", ServerFlavour.MySql)]
    [InlineData("LOCK TABLES t READ; USE a; SELECT 1, FOUND_ROWS() f; SELECT 2", ServerFlavour.MySql)]
    [InlineData("DO 0; SELECT FOUND_ROWS()", ServerFlavour.MariaDb)]
    public async Task Several_statements_ask_for_the_sessions_found_rows_until_one_selects(string sql, ServerFlavour flavour)
    {
        await using var node = new TestNode(connections: 1, flavour: flavour);
        var (client, other) = (await node.LogInAsync(), await node.LogInAsync());
        await client.QueryAsync("SELECT a LIMIT 3");
        await other.QueryAsync("SELECT b LIMIT 5");
        Assert.Contains("CAST(3 AS SIGNED)", await AskedAsync(node, client, sql), StringComparison.Ordinal);
        Assert.Equal("SELECT b LIMIT 5", node.Server.Queries.SkipLast(1).Last());
    }

    [Theory]
    [InlineData("SELECT SQL_CALC_FOUND_ROWS a FROM t LIMIT 1; SELECT FOUND_ROWS()", false, ServerFlavour.MariaDb)]
    [InlineData("SELECT a FROM t; SELECT FOUND_ROWS()", false, ServerFlavour.MySql)]
    [InlineData("SELECT a FROM t; SELECT FOUND_ROWS()", true, ServerFlavour.MariaDb)]
    [InlineData("UPDATE t SET a = 1; SELECT FOUND_ROWS()", true, ServerFlavour.MySql)]
    [InlineData("DO 0; CREATE TABLE u AS SELECT FOUND_ROWS()", true, ServerFlavour.MariaDb)]
    [InlineData("CREATE TABLE u (a INT); SELECT FOUND_ROWS()", true, ServerFlavour.MySql)]
    public async Task Several_statements_find_no_other_sessions_rows_where_those_before_may_have_left_them(string sql, bool mayHave, ServerFlavour flavour)
    {
        await using var node = new TestNode(connections: 1, flavour: flavour);
        var (client, other) = (await node.LogInAsync(), await node.LogInAsync());
        await other.QueryAsync("SELECT b LIMIT 5");
        Assert.Equal(sql, await AskedAsync(node, client, sql));
        Assert.Equal(mayHave ? "SELECT 1" : "SELECT b LIMIT 5", node.Server.Queries.SkipLast(1).Last());
    }

    /// <summary>A text that asks does not hide what stored code asks.</summary>
    [Theory]
    [InlineData("SELECT ROW_COUNT(), app.asks()", true)]
    [InlineData("SELECT FOUND_ROWS(), app.asks()", true)]
    [InlineData("SELECT app.asks()", true)]
    [InlineData("SELECT FOUND_ROWS(), app.plain()", false)]
    public async Task A_function_that_asks_finds_neither_another_sessions_rows_nor_changes(string sql, bool asks)
    {
        await using var node = new TestNode(connections: 1);
        await FunctionsAsync(node);
        var (client, other) = (await node.LogInAsync(), await node.LogInAsync());
        await other.QueryAsync("SELECT b LIMIT 5");
        await AskedAsync(node, client, sql);
        Assert.Equal(asks ? "SELECT 1" : "SELECT b LIMIT 5", node.Server.Queries.SkipLast(1).Last());
    }

    /// <summary>The statement stays prepared where the text itself asks for nothing.</summary>
    [Theory]
    [InlineData("SELECT app.asks()", true, 1)]
    [InlineData("SELECT ROW_COUNT(), app.asks()", true, 3)]
    [InlineData("SELECT ROW_COUNT(), app.plain()", false, 3)]
    public async Task A_prepared_statement_whose_function_asks_finds_no_other_sessions_rows(string sql, bool asks, int prepares)
    {
        await using var node = new TestNode(connections: 1);
        await FunctionsAsync(node);
        var (client, other) = (await node.LogInAsync(), await node.LogInAsync());
        var id = await client.PrepareAsync(sql);
        for (var i = 0; i < 2; i++)
        {
            await other.QueryAsync("SELECT b LIMIT 5");
            Assert.True((await client.ExecuteAsync(id)).Succeeded);
            Assert.Equal(asks ? "SELECT 1" : "SELECT b LIMIT 5", node.Server.Queries.Last());
        }

        Assert.Equal(prepares, node.Server.Count(CommandCode.StmtPrepare));
    }

    [Fact]
    public async Task A_definition_that_asks_finds_neither_another_sessions_rows_nor_changes()
    {
        await using var node = new TestNode(connections: 1);
        var (client, other) = (await node.LogInAsync(), await node.LogInAsync());
        const string Defines = "CREATE TABLE t AS SELECT FOUND_ROWS(), ROW_COUNT()";
        await other.QueryAsync("SELECT b LIMIT 5");
        await client.QueryAsync(Defines);
        Assert.Equal(["SELECT 1", Defines], node.Server.Queries.TakeLast(2));
    }

    private static async Task FunctionsAsync(TestNode node)
    {
        var stored = new StoredCodeServer();
        stored.Function("asks", "RETURN FOUND_ROWS()");
        stored.Function("plain", "RETURN 1");
        node.Backend.StoredCode = new StoredCodeWatch("main", stored.Reader(), node.Time, NullLogger.Instance);
        await node.Backend.StoredCode.RefreshAsync();
    }

    private static TestNode NodeThatFinds500() => new(connections: 1, server: new FakeServer
    {
        Script = (connection, statement) => statement is { Command: CommandCode.Query, Text: "SELECT FOUND_ROWS() LIMIT 1" }
            ? FakeServerReply.Rows(connection.Session.Status, "FOUND_ROWS()", ["500"])
            : null,
    });

    // The server's own answer must not be what is seen: another statement has run there since.
    private static async Task AssertAsksFor500Async(TestNode node, FakeClient client)
    {
        Assert.Single(node.Server.Queries, "SELECT FOUND_ROWS() LIMIT 1");
        Assert.Contains("CAST(500 AS SIGNED)", (await client.QueryAsync("SELECT FOUND_ROWS()")).Value, StringComparison.Ordinal);
    }

    // What the server is asked in the statement's place.
    private static async Task<string> AskedAsync(TestNode node, FakeClient client, string sql)
    {
        await client.QueryAsync(sql);
        return node.Server.Queries.Last();
    }
}
