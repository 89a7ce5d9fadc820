using Pool.Actors.Backends;
using Pool.Actors.Sessions;
using Pool.Testing;
using Pool.Wire.Commands;
using Pool.Wire.Replies;

namespace Pool.Actors.Tests.Sessions;

/// <summary>The insert id that a session sees is its own: not what others left on its connection, and not lost with it.</summary>
public sealed class InsertIdTests
{
    [Theory]
    [InlineData("UPDATE t SET a = LAST_INSERT_ID(a) WHERE id = 0", false)]
    [InlineData("INSERT INTO t VALUES (5, 1) RETURNING id", true)]
    public async Task A_statement_that_generated_nothing_takes_no_other_sessions_insert_id(string sql, bool returnsRows)
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("INSERT 1");
        node.Server.Script = (connection, statement) => statement.Text != sql ? null
            : returnsRows ? FakeServerReply.Rows(connection.Session.Status, "id", ["5"])
            : FakeServerReply.Ok(connection.Session.Status);
        await second.QueryAsync(sql);
        Assert.Equal("0", (await second.QueryAsync("SELECT LAST_INSERT_ID()")).Value);
    }

    [Theory]
    [InlineData("LOAD DATA INFILE 'f' INTO TABLE t", false)]
    [InlineData("INSERT INTO t (u) VALUES (1), (1)", true)]
    [InlineData("REPLACE INTO t (u) VALUES (1), (1)", true)]
    [InlineData("CREATE TABLE t (id INT AUTO_INCREMENT, PRIMARY KEY (id), UNIQUE (u)) SELECT 1 AS u UNION ALL SELECT 1", true)]
    [InlineData("ANALYZE INSERT INTO t VALUES ()", false)]
    public async Task An_insert_id_that_no_reply_tells_is_the_sessions_and_nobody_elses(string sql, bool fails)
    {
        await using var node = new TestNode(connections: 1, flavour: sql.StartsWith("ANALYZE", StringComparison.Ordinal) ? ServerFlavour.MariaDb : ServerFlavour.MySql);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        node.Server.Script = (connection, statement) =>
        {
            if (statement.Text != sql)
            {
                return null;
            }

            connection.Session.LastInsertId = 100;
            return fails ? FakeServerReply.Error(1062, "Duplicate entry") : FakeServerReply.Ok(connection.Session.Status, affected: 1);
        };
        await first.QueryAsync(sql);
        await TestNode.UntilAsync(
            () =>
            {
                node.Time.Advance(TimeSpan.FromMilliseconds(250));
                return !node.SessionOf(first).HoldsLease;
            },
            "it is not kept for its warnings any more");
        Assert.Equal("0", (await second.QueryAsync("SELECT LAST_INSERT_ID()")).Value);
        Assert.Equal("100", (await first.QueryAsync("SELECT LAST_INSERT_ID()")).Value);
    }

    [Theory]
    [InlineData("SELECT @@error_count, LAST_INSERT_ID()")]
    [InlineData("INSERT INTO t SELECT @@warning_count, @@identity")]
    public async Task It_is_there_also_for_a_statement_that_asks_for_warnings_as_well(string asking)
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        await client.QueryAsync("INSERT 1");
        await node.RestAsync();
        node.Server.Script = (connection, statement) => statement.Text switch
        {
            "SELECT nonsense" => FakeServerReply.Error(1054, "Unknown column"),
            "SHOW WARNINGS" => FakeServerReply.Rows(connection.Session.Status, "Level", ["Error"]),
            _ => null,
        };
        await client.QueryAsync("SELECT nonsense");
        await node.PinnedAsync(client, PinReasons.Diagnostics);
        await client.QueryAsync(asking);
        var asked = node.Server.Queries.SkipWhile(q => q != "SELECT nonsense").Take(4).ToList();
        Assert.Equal(["SHOW WARNINGS", "SET last_insert_id = 1"], asked[1..3]);
        Assert.Contains("IF(1, CAST(1 AS UNSIGNED), @@", asked[3], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INSERT INTO t (v) VALUES (1) RETURNING id; DO 0", true)]
    [InlineData("INSERT INTO t (v) VALUES (1) RETURNING id; /* done */", true)]
    [InlineData("REPLACE INTO t (v) VALUES (1) RETURNING id; -- done", true)]
    [InlineData("LOAD DATA INFILE 'f' INTO TABLE t; DO 0", false)]
    [InlineData("ANALYZE INSERT INTO t VALUES (); DO 0", true)]
    public async Task An_insert_id_that_no_reply_tells_is_the_sessions_though_other_results_follow(string sql, bool returnsRows)
    {
        const ServerStatus More = ServerStatus.Autocommit | ServerStatus.MoreResults;
        await using var node = new TestNode(connections: 1, flavour: ServerFlavour.MariaDb);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        node.Server.Script = (connection, statement) =>
        {
            if (statement.Text != sql)
            {
                return null;
            }

            connection.Session.LastInsertId = 100;
            return FakeServerReply.Several(
                returnsRows ? FakeServerReply.Rows(More, "id", ["100"]) : FakeServerReply.Ok(More, affected: 1), FakeServerReply.Ok(connection.Session.Status));
        };
        await first.QueryAsync(sql);
        await first.ReadNextResultAsync();
        Assert.Equal("0", (await second.QueryAsync("SELECT LAST_INSERT_ID()")).Value);
        Assert.Equal("100", (await first.QueryAsync("SELECT LAST_INSERT_ID()")).Value);
    }

    [Fact]
    public async Task A_statement_that_generated_nothing_leaves_the_sessions_insert_id_on_a_connection_that_was_reset()
    {
        const string Update = "INSERT INTO t VALUES (1, 1) ON DUPLICATE KEY UPDATE a = 1";
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        var id = (await second.QueryAsync("INSERT 1")).InsertId;
        await first.QueryAsync("SELECT GET_LOCK('a', 1)");
        await first.RunAsync(CommandCode.ResetConnection);
        node.Server.Script = (connection, statement) => statement.Text == Update ? FakeServerReply.Ok(connection.Session.Status, affected: 2) : null;
        await second.QueryAsync(Update);
        Assert.Equal($"{id}", (await second.QueryAsync("SELECT LAST_INSERT_ID()")).Value);
    }

    [Fact]
    public async Task An_insert_id_that_is_generated_twice_belongs_to_both_sessions()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        var id = (await first.QueryAsync("INSERT 1")).InsertId;
        node.Server.Script = (connection, statement) => statement.Text == "INSERT INTO other VALUES ()" ? Generated(connection.Session, id) : null;
        await second.QueryAsync("INSERT INTO other VALUES ()");
        await node.RestAsync();
        Assert.Equal($"{id}", (await second.QueryAsync("SELECT LAST_INSERT_ID()")).Value);
    }

    /// <summary>The reply names the id of the row, as if it had been generated.</summary>
    [Theory]
    [InlineData("INSERT INTO t (id) VALUES (1)")]
    [InlineData("INSERT INTO t (u) VALUES (1) ON DUPLICATE KEY UPDATE v = 2")]
    public async Task A_row_whose_id_is_another_sessions_insert_id_does_not_make_it_this_sessions(string sql)
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        var id = (await first.QueryAsync("INSERT 1")).InsertId;
        node.Server.Script = (connection, statement) => statement.Text == sql ? FakeServerReply.Ok(connection.Session.Status, affected: 1, insertId: id) : null;
        await second.QueryAsync(sql);
        Assert.Equal("0", (await second.QueryAsync("SELECT LAST_INSERT_ID()")).Value);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task An_insert_id_may_be_set_to_what_the_connection_has(ulong left)
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        node.Server.Script = (connection, statement) =>
        {
            if (statement.Text == "SELECT LAST_INSERT_ID(a)")
            {
                connection.Session.LastInsertId = left;
            }

            return null;
        };
        Assert.Equal(1ul, (await first.QueryAsync("INSERT 1")).InsertId);
        Assert.Equal(2ul, (await second.QueryAsync("INSERT 2")).InsertId);
        await first.QueryAsync("SELECT LAST_INSERT_ID()");
        await second.QueryAsync("SELECT LAST_INSERT_ID(a)");
        Assert.Equal($"{left}", (await second.QueryAsync("SELECT LAST_INSERT_ID()")).Value);
        Assert.Equal("1", (await first.QueryAsync("SELECT LAST_INSERT_ID()")).Value);
    }

    [Fact]
    public async Task The_insert_id_of_a_session_that_left_is_not_the_next_ones()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        var id = (await first.QueryAsync("INSERT IGNORE 1")).InsertId;
        await node.PinnedAsync(first, PinReasons.Diagnostics);
        await first.RunAsync(CommandCode.Quit);
        node.Server.Script = (connection, statement) =>
            statement.Text == "INSERT INTO t (id) VALUES (9)" ? FakeServerReply.Ok(connection.Session.Status, affected: 1, insertId: 9) : null;
        await second.QueryAsync("INSERT INTO t (id) VALUES (9)");
        Assert.NotEqual($"{id}", (await second.QueryAsync("SELECT LAST_INSERT_ID()")).Value);
    }

    [Fact]
    public async Task A_session_whose_insert_id_was_lost_with_its_connection_is_told_so()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        await client.QueryAsync("INSERT IGNORE 1");
        await node.PinnedAsync(client, PinReasons.Diagnostics);
        node.Server.Script = (_, statement) => statement.Text == "SELECT 1" ? FakeServerReply.None with { CutAt = 0 } : null;
        var lost = await client.QueryAsync("SELECT 1");
        Assert.Equal(1105, lost.Error);
        Assert.Contains("were lost with it", lost.Text, StringComparison.Ordinal);
        Assert.True((await client.ReadNextResultAsync()).IsClosed);
    }

    [Theory]
    [InlineData("SET @@identity = 12")]
    [InlineData("SET @@last_insert_id = 12")]
    public async Task An_insert_id_that_the_session_sets_is_its_own_though_no_tracker_tells(string sql)
    {
        await using var node = new TestNode(connections: 1, flavour: ServerFlavour.MariaDb);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync(sql);
        await second.QueryAsync("INSERT 1");
        Assert.Equal("12", (await first.QueryAsync("SELECT LAST_INSERT_ID()")).Value);
    }

    private static FakeServerReply Generated(FakeServerSession session, ulong id)
    {
        session.LastInsertId = id;
        return FakeServerReply.Ok(session.Status, affected: 1, insertId: id);
    }
}
