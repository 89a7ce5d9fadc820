using Pool.Actors.Backends;
using Pool.Actors.Sessions;
using Pool.Testing;
using Pool.Wire.Commands;

namespace Pool.Actors.Tests.Sessions;

public sealed class PinningTests
{
    private static readonly TimeSpan s_softHold = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData("SET @é = 1", PinReasons.UserVariables)]
    [InlineData("SET sql_auto_is_null = 1", PinReasons.Variables)]
    [InlineData("SET TRANSACTION READ ONLY", PinReasons.NextTransaction)]
    [InlineData("CREATE TEMPORARY TABLE t (a INT)", PinReasons.TemporaryTables)]
    [InlineData("LOCK TABLES t READ", PinReasons.TableLocks)]
    [InlineData("SELECT GET_LOCK('a', 1)", PinReasons.UserLocks)]
    [InlineData("HANDLER t OPEN", PinReasons.Handler)]
    [InlineData("PREPARE s FROM 'SELECT 1'", PinReasons.TextPrepare)]
    [InlineData("CALL p()", PinReasons.StoredCode)]
    [InlineData("SELECT my_function(1)", PinReasons.StoredCode)]
    [InlineData("SET SESSION AUTHORIZATION other@localhost", PinReasons.Role)]
    [InlineData("XA START 'a'", PinReasons.Xa)]
    [InlineData("FLUSH TABLES WITH READ LOCK", PinReasons.TableLocks)]
    [InlineData("WHATEVER 1", PinReasons.Unknown)]
    public async Task A_session_with_state_keeps_its_connection_and_it_is_reset_before_anybody_else_has_it(string sql, PinReasons reason)
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync(sql);
        await node.HoldsAsync(first, true);
        Assert.True((node.SessionOf(first).Pins & reason) != 0, $"{node.SessionOf(first).Pins}");
        Assert.Equal(1, node.Backend.Pinned);

        var waiting = second.QueryAsync("SELECT 'second'");
        await TestNode.UntilAsync(() => node.Now.Waiting == 1, "the second waits");
        await first.SendAsync(CommandCode.Quit);
        Assert.True((await waiting).Succeeded);
        var log = node.Server.Log.ToList();
        var between = log[log.FindIndex(s => s.Text == sql)..log.FindIndex(s => s.Text == "SELECT 'second'")];
        Assert.Contains(between, s => s.Command == CommandCode.ResetConnection);
        Assert.Equal(0, node.Backend.Pinned);
    }

    [Theory]
    [InlineData("SELEC 1", false)]
    [InlineData("DO 1; SELEC 1", true)]
    [InlineData("BEGIN NOT ATOMIC DO 1; EXECUTE IMMEDIATE 'SELEC'; END", true)]
    public async Task Only_a_text_that_may_have_run_in_part_pins_when_it_cannot_be_parsed(string sql, bool pins)
    {
        await using var node = new TestNode(connections: 1);
        node.Server.Script = (_, statement) => statement.Text == sql ? FakeServerReply.Error(1064, "You have an error in your SQL syntax", "42000") : null;
        var client = await node.LogInAsync();
        Assert.Equal(1064, (await client.QueryAsync(sql)).Error);
        await node.HoldsAsync(client, true);
        Assert.Equal(pins, (node.SessionOf(client).Pins & ~PinReasons.Soft) != 0);
    }

    [Fact]
    public async Task A_session_that_has_set_variables_leaves_a_connection_that_is_reset_and_used_again()
    {
        await using var node = new TestNode(connections: 1);
        var first = await node.LogInAsync();
        await first.QueryAsync("SET @a = 1, @é = 1");
        await node.PinnedAsync(first, PinReasons.UserVariables);
        await first.RunAsync(CommandCode.ResetConnection);
        var second = await node.LogInAsync();
        Assert.Null((await second.QueryAsync("SELECT @a")).Value);
        Assert.Single(node.Server.Live);
        Assert.Equal(1, node.Backend.Metrics.ConnectsSucceeded.Value);
    }

    [Fact]
    public async Task A_connection_with_a_role_is_closed_and_not_reset()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        await client.QueryAsync("SET ROLE admin");
        await client.SendAsync(CommandCode.Quit);
        await node.RestAsync();
        Assert.Equal(0, node.Now.Idle);
    }

    [Fact]
    public async Task What_a_tracker_reports_and_the_text_does_not_explain_pins()
    {
        await using var node = new TestNode();
        node.Server.Script = (connection, statement) => statement.Text == "SELECT 1"
            ? FakeServerReply.Ok(connection.Session.Status, changes: FakeServerReply.StateChange)
            : null;
        var client = await node.LogInAsync();
        await client.QueryAsync("SELECT 1");
        await node.HoldsAsync(client, true);
        await node.PinnedAsync(client, PinReasons.StateChange);
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

    [Fact]
    public async Task Unlocked_tables_free_the_connection()
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        await client.QueryAsync("LOCK TABLES t READ");
        await client.QueryAsync("UNLOCK TABLES");
        await node.HoldsAsync(client, false);
    }

    [Theory]
    [InlineData("COMMIT")]
    [InlineData("ROLLBACK")]
    public async Task What_was_set_for_the_next_transaction_frees_the_connection_when_that_ends(string end)
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        await client.QueryAsync("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE");
        await client.QueryAsync("BEGIN");
        await node.HoldsAsync(client, true);
        await node.PinnedAsync(client, PinReasons.NextTransaction | PinReasons.Transaction);
        await client.QueryAsync(end);
        await node.HoldsAsync(client, false);
    }

    [Theory]
    [InlineData("SELECT 1")]
    [InlineData("SET @@autocommit = 1")]
    [InlineData("ROLLBACK TO SAVEPOINT a")]
    [InlineData("COMMIT; SET TRANSACTION READ ONLY")]
    public async Task What_was_set_for_the_next_transaction_keeps_the_connection_until_then(string sql)
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        await client.QueryAsync("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE");
        await client.QueryAsync(sql);
        await node.HoldsAsync(client, true);
        Assert.True((node.SessionOf(client).Pins & PinReasons.NextTransaction) != 0, $"{node.SessionOf(client).Pins}");
    }

    [Fact]
    public async Task Prepared_statements_pin_until_the_last_is_closed()
    {
        await using var node = new TestNode();
        node.Backend.SharesSettings = false;
        var client = await node.LogInAsync();
        var (first, second) = (await client.PrepareAsync("SELECT ?"), await client.PrepareAsync("SELECT 2"));
        Assert.Equal("SELECT 2", (await client.RunAsync(CommandCode.StmtExecute, Execute(second))).Value);
        await client.SendAsync(CommandCode.StmtClose, BitConverter.GetBytes(second));
        Assert.Equal("SELECT ? of none", (await client.RunAsync(CommandCode.StmtExecute, Execute(first))).Value);
        await node.HoldsAsync(client, true);
        await node.PinnedAsync(client, PinReasons.PreparedStatements);
        await client.SendAsync(CommandCode.StmtClose, BitConverter.GetBytes(first));
        await node.HoldsAsync(client, false);
        Assert.Equal(0, node.Server.Live.Single().Session.Prepared);
    }

    [Fact]
    public async Task Closing_and_feeding_statements_that_do_not_exist_is_silent()
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        await client.SendAsync(CommandCode.StmtClose, 9, 0, 0, 0);
        await client.SendAsync(CommandCode.StmtSendLongData, new byte[50_000]);
        Assert.True((await client.QueryAsync("SELECT 1")).Succeeded);
        Assert.DoesNotContain(node.Server.Log, s => s.Command is CommandCode.StmtClose or CommandCode.StmtSendLongData);
    }

    [Fact]
    public async Task Warnings_keep_the_connection_for_the_next_statement()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        Assert.Equal(1, (await first.QueryAsync("INSERT IGNORE 1")).Warnings);
        var waiting = second.QueryAsync("SELECT 2");
        Assert.Equal("ignored by INSERT IGNORE 1", (await first.QueryAsync("SHOW WARNINGS")).Value);
        await first.QueryAsync("SELECT 1");
        Assert.True((await waiting).Succeeded);
    }

    [Fact]
    public async Task Warnings_survive_the_closing_of_the_statement_that_left_them()
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        var id = await client.PrepareAsync("INSERT IGNORE 1");
        await client.QueryAsync("INSERT IGNORE 1");
        await client.SendAsync(CommandCode.StmtClose, BitConverter.GetBytes(id));
        Assert.Equal("ignored by INSERT IGNORE 1", (await client.QueryAsync("SHOW WARNINGS")).Value);
    }

    [Fact]
    public async Task Warnings_keep_the_connection_for_a_second_and_stay_with_the_session_then()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("INSERT IGNORE 1");
        await node.HoldsAsync(first, true);
        node.Time.Advance(s_softHold + TimeSpan.FromSeconds(1));
        await node.HoldsAsync(first, false);
        Assert.Empty((await second.QueryAsync("SHOW WARNINGS")).Rows!);
        node.Time.Advance(2 * s_softHold);
        await node.HoldsAsync(second, false);
        Assert.Equal("ignored by INSERT IGNORE 1", Assert.Single((await first.QueryAsync("SHOW WARNINGS")).Rows!));
        Assert.Single((await first.QueryAsync("SHOW WARNINGS LIMIT 1")).Rows!);
        await first.QueryAsync("SELECT 1");
        Assert.Empty((await first.QueryAsync("SHOW WARNINGS")).Rows!);
    }

    [Fact]
    public async Task An_insert_id_is_read_before_the_connection_goes_back_for_warnings_nobody_asked_for()
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        var inserted = await client.QueryAsync("INSERT IGNORE 1");
        await node.HoldsAsync(client, true);
        node.Time.Advance(s_softHold + TimeSpan.FromSeconds(1));
        await node.HoldsAsync(client, false);
        Assert.Equal($"{inserted.InsertId}", (await client.QueryAsync("SELECT LAST_INSERT_ID()")).Value);
    }

    [Fact]
    public async Task Only_so_many_sessions_may_be_pinned()
    {
        await using var node = new TestNode(limits: new LeaseLimits { MaxPinned = 1 });
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("SELECT GET_LOCK('a', 1)");
        await node.PinnedAsync(first, PinReasons.UserLocks);
        var refused = await second.QueryAsync("SELECT GET_LOCK('b', 1)");
        Assert.Equal(1205, refused.Error);
        Assert.Contains("MaxPinned", refused.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("SELECT GET_LOCK('b', 1)", node.Server.Queries);
        Assert.True((await second.QueryAsync("BEGIN")).Succeeded);
        Assert.True((await second.QueryAsync("COMMIT")).Succeeded);
        Assert.True((await first.QueryAsync("SELECT GET_LOCK('b', 1)")).Succeeded);
    }

    private static byte[] Execute(uint id) => [.. BitConverter.GetBytes(id), 0, 1, 0, 0, 0];
}
