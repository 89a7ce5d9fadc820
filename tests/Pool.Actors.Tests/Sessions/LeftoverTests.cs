using System.Text;
using Pool.Actors.Backends;
using Pool.Actors.Sessions;
using Pool.Testing;
using Pool.Wire.Commands;
using Pool.Wire.Handshake;

namespace Pool.Actors.Tests.Sessions;

/// <summary>What others left on a connection is not the session's, and what the session left is not lost to the pool's own statements.</summary>
public sealed class LeftoverTests
{
    private const string Paint = "SET time_zone = '+01:00'";
    private const string Counting = "SELECT SQL_CALC_FOUND_ROWS a LIMIT 2";

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
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_lock_outlives_UNLOCK_TABLES(bool sharesSettings)
    {
        await using var node = new TestNode(connections: 1);
        node.Backend.SharesSettings = sharesSettings;
        var client = await node.LogInAsync();
        await client.QueryAsync("LOCK INSTANCE FOR BACKUP");
        await client.QueryAsync("LOCK TABLES t READ");
        await client.QueryAsync("UNLOCK TABLES");
        await node.PinnedAsync(client, PinReasons.GlobalLock);
        await node.HoldsAsync(client, true);
    }

    [Fact]
    public async Task UNLOCK_TABLES_ends_a_read_lock_on_all_tables()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        await client.QueryAsync("FLUSH TABLES WITH READ LOCK");
        await node.PinnedAsync(client, PinReasons.TableLocks);
        await client.QueryAsync("UNLOCK TABLES");
        await node.HoldsAsync(client, false);
    }

    [Theory]
    [InlineData("SELECT VARIABLE_NAME FROM information_schema.USER_VARIABLES")]
    [InlineData("SELECT VARIABLE_NAME FROM performance_schema.user_variables_by_thread")]
    public async Task Who_reads_the_table_of_user_variables_sees_nobody_elses(string sql)
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("SET @a = 1");
        await node.RestAsync();
        var others = -1;
        node.Server.Script = (connection, statement) =>
        {
            others = statement.Text == sql ? connection.Session.Variables.Count : others;
            return null;
        };
        await second.QueryAsync(sql);
        Assert.Equal(0, others);
        await node.PinnedAsync(second, PinReasons.UserVariables);
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
        await using var node = new TestNode(connections: 1);
        node.Server.Script = (connection, statement) => statement.Text == "SELECT FOUND_ROWS() LIMIT 1"
            ? FakeServerReply.Rows(connection.Session.Status, "FOUND_ROWS()", ["500"])
            : null;
        var client = await node.LogInAsync();
        await client.QueryAsync("INSERT 1");
        await client.QueryAsync("BEGIN");
        await client.QueryAsync(Counting);
        Assert.Contains("CAST(500 AS SIGNED)", await AskedAsync(node, client, "SELECT FOUND_ROWS(), LAST_INSERT_ID()"), StringComparison.Ordinal);
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

    /// <summary>A user variable that cannot travel keeps the connection, after the SET was answered from memory.</summary>
    [Fact]
    public async Task A_held_connection_is_brought_to_what_was_answered_from_memory()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await second.QueryAsync("SET SESSION time_zone = '+01:00'");
        await node.RestAsync();
        string? zone = null;
        node.Server.Script = (connection, statement) =>
        {
            zone = statement.Text == "SELECT 1" ? connection.Session.Settings["time_zone"] : zone;
            return statement.Text == "SELECT @a := 1" ? FakeServerReply.Rows(connection.Session.Status, "a", ["1"], warnings: 1)
                : statement.Text.Contains("COLLATION(", StringComparison.Ordinal) ? FakeServerReply.Rows(connection.Session.Status, "a", [])
                : null;
        };
        await first.QueryAsync("SELECT @a := 1");
        await node.PinnedAsync(first, PinReasons.Diagnostics);
        await first.QueryAsync("SET SESSION time_zone = '+01:00'");
        await node.PinnedAsync(first, PinReasons.UserVariables);
        Assert.Single(node.Server.Queries, "SET SESSION time_zone = '+01:00'");
        await first.QueryAsync("SELECT 1");
        Assert.Equal("+01:00", zone);
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
        await client.PrepareAsync("INSERT 2");
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

    [Theory]
    [InlineData("SET @@timestamp = 5")]
    [InlineData("SET sort_buffer_size = 1, @@insert_id = 5")]
    [InlineData("SET @@rand_seed1 = 5")]
    [InlineData("SET @@`timestamp` = 5")]
    [InlineData("SET @@character_set_database = latin1")]
    public async Task A_value_that_belongs_to_the_connection_keeps_it_though_no_tracker_tells(string sql)
    {
        await using var node = new TestNode(connections: 1, flavour: ServerFlavour.MariaDb);
        var client = await node.LogInAsync();
        await client.QueryAsync(sql);
        await node.HoldsAsync(client, true);
        Assert.True((node.SessionOf(client).Pins & PinReasons.ConnectionValue) != 0, $"{node.SessionOf(client).Pins}");
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

    [Fact]
    public async Task A_reset_keeps_IGNORE_SPACE_of_the_login()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync(flags: FakeClient.Flags | Capabilities.IgnoreSpace);
        await client.RunAsync(CommandCode.ResetConnection);
        Assert.Contains("IGNORE_SPACE", (await client.QueryAsync("SELECT @@sql_mode FROM state")).Value, StringComparison.Ordinal);
    }

    private static FakeServerReply Generated(FakeServerSession session, ulong id)
    {
        session.LastInsertId = id;
        return FakeServerReply.Ok(session.Status, affected: 1, insertId: id);
    }

    // What the server is asked in the statement's place.
    private static async Task<string> AskedAsync(TestNode node, FakeClient client, string sql)
    {
        await client.QueryAsync(sql);
        return node.Server.Queries.Last();
    }
}
