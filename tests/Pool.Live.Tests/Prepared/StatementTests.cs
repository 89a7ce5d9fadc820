using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Prepared;

/// <summary>
/// Prepared statements through a node with two connections, on another one with every step, tell a client what a direct connection
/// tells it.
/// </summary>
public abstract class StatementTests<TServer>(FaultRig<TServer> rig)
    where TServer : DatabaseServer, new()
{
    private const string Fresh = "DROP TABLE IF EXISTS prepared.t";
    private const string Table = "CREATE TABLE prepared.t (id INT PRIMARY KEY AUTO_INCREMENT, v VARCHAR(60), n BIGINT)";

    [Fact]
    public Task Statements_run_on_every_connection() => SameAsync(async (client, _) =>
    {
        var insert = await client.PrepareAsync("INSERT INTO prepared.t (v, n) VALUES (?, ?)");
        var select = await client.PrepareAsync("SELECT v, n FROM prepared.t WHERE id > ? ORDER BY id");
        for (var i = 0; i < 5; i++)
        {
            await client.ExecuteAsync(insert, $"value {i}", i);
            await client.ExecuteAsync(select, 2);
        }

        await client.ExecuteAsync(insert, null, 7);
        await client.CloseAsync(insert);
        await client.ExecuteAsync(select, 0);
        await client.ExecuteAsync(insert, "closed", 1);
    });

    [Fact]
    public Task Types_are_remembered_for_the_session() => SameAsync(async (client, other) =>
    {
        var id = await client.PrepareAsync("SELECT ?, ?");
        var its = await other.PrepareAsync("SELECT ?, ?");
        await client.ExecuteAsync(id, 5, "five");
        await other.ExecuteAsync(its, "six", 6);
        await client.ExecuteAsync(id, cursor: false, types: false, 7, "seven");
        await other.ExecuteAsync(its, cursor: false, types: false, "eight", 8);
        await client.ExecuteAsync(id, cursor: false, types: false, 9, new string('n', 40_000));
        await client.ExecuteAsync(id, null, null);
        await client.ExecuteAsync(id, cursor: false, types: false, null, null);
    });

    [Fact]
    public Task Values_keep_their_kind_whatever_others_bind() => SameAsync(async (client, other) =>
    {
        const string Text = "SELECT ?, COALESCE(?, 'none')";
        var (id, its) = (await client.PrepareAsync(Text), await other.PrepareAsync(Text));
        for (var i = 0; i < 3; i++)
        {
            await other.ExecuteAsync(its, 1.5, 2);
            await client.ExecuteAsync(id, "1 text", "2 text");
            await other.ExecuteAsync(its, 2.5, null);
            await client.ExecuteAsync(id, null, "3 text");
        }

        var fresh = await client.PrepareAsync(Text);
        await client.ExecuteAsync(fresh, 5, "five");
        await client.ExecuteAsync(fresh, 6.5, "six");
    });

    [Fact]
    public Task Definitions_may_change_in_between() => SameAsync(async (client, other) =>
    {
        var id = await client.PrepareAsync("SELECT * FROM prepared.t");
        await other.QueryAsync("INSERT INTO prepared.t VALUES (1, 'one', 1)");
        await client.ExecuteAsync(id);
        await other.QueryAsync("ALTER TABLE prepared.t ADD COLUMN extra INT DEFAULT 42");
        await client.ExecuteAsync(id);
        await other.QueryAsync("DROP TABLE prepared.t");
        await client.ExecuteAsync(id);
        await client.QueryAsync("SHOW WARNINGS");
        await other.QueryAsync("CREATE TABLE prepared.t (a INT)");
        await client.ExecuteAsync(id);
    });

    [Fact]
    public Task Long_data_waits_for_its_execute() => SameAsync(async (client, _) =>
    {
        var id = await client.PrepareAsync("SELECT ?, LENGTH(?)");
        await client.SendLongDataAsync(id, 0, "first ");
        await client.QueryAsync("SELECT 1");
        await client.SendLongDataAsync(id, 0, "second");
        await client.SendLongDataAsync(id, 1, new string('x', 100_000));
        await client.ExecuteAsync(id, "", "");
        await client.ExecuteAsync(id, "short", "er");
        await client.SendLongDataAsync(id, 0, "given up");
        await client.ResetAsync(id);
        await client.ExecuteAsync(id, "short", "er");
        await client.SendLongDataAsync(id, 0, "closed");
        await client.CloseAsync(id);
        await client.QueryAsync("SELECT 2");
    });

    // MariaDB reads long data as what was bound to the parameter before: as a number that is an address of its memory. MySQL converts them.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Long_data_are_what_was_sent_whatever_others_have_bound(bool isMoved) => SameAsync(isMoved, async (client, other) =>
    {
        const string Text = "SELECT ?, CONCAT(?, '.')";
        var (id, its) = (await client.PrepareAsync(Text), await other.PrepareAsync(Text));
        for (var i = 0; i < 4; i++)
        {
            await other.ExecuteAsync(its, 5, 1.5);
            await client.SendLongDataAsync(id, 0, $"first {i}");
            await client.SendLongDataAsync(id, 1, "second");
            await client.ExecuteAsync(id, "", "");
            await other.ExecuteAsync(its, null, 6);
            await client.SendLongDataAsync(id, 1, "sec");
            await client.SendLongDataAsync(id, 1, "ond");
            await client.ExecuteAsync(id, "bound", "");
        }
    });

    [Fact]
    public Task Cursors_are_read_to_their_end() => SameAsync(async (client, _) =>
    {
        await client.QueryAsync("INSERT INTO prepared.t (v) VALUES ('a'), ('b'), ('c'), ('d')");
        var id = await client.PrepareAsync("SELECT v FROM prepared.t ORDER BY id");
        var same = await client.PrepareAsync("SELECT v FROM prepared.t ORDER BY id");
        await client.ExecuteAsync(id, cursor: true, types: false);
        await client.FetchAsync(id, 1);
        await client.ExecuteAsync(same);
        await client.QueryAsync("SELECT 1");
        await client.FetchAsync(id, 2);
        await client.FetchAsync(id, 2);
        await client.FetchAsync(id, 1);
        await client.ExecuteAsync(id, cursor: true, types: false);
        await client.ExecuteAsync(same, cursor: true, types: false);
        await client.FetchAsync(same, 1);
        await client.ResetAsync(id);
        await client.FetchAsync(same, 3);
        await client.CloseAsync(same);
        await client.ExecuteAsync(id, cursor: true, types: false);
        await client.FetchAsync(id, 10);
    });

    [Fact]
    public Task A_reset_forgets_all_statements() => SameAsync(async (client, _) =>
    {
        var id = await client.PrepareAsync("SELECT 1");
        await client.ResetAsync(id);
        await client.ExecuteAsync(id);
        await client.ResetConnectionAsync();
        await client.QueryAsync("SELECT 1");
        await client.ExecuteAsync(9999);
        await client.ResetAsync(9999);
        await client.FetchAsync(9999, 1);
        await client.CloseAsync(9999);
        id = await client.PrepareAsync("SELECT 2");
        await client.ExecuteAsync(id);
    });

    [Fact]
    public Task A_text_is_read_as_it_was_when_it_was_prepared() => SameAsync(async (client, other) =>
    {
        await client.QueryAsync("CREATE OR REPLACE VIEW prepared2.w AS SELECT 'two' AS w");
        await client.QueryAsync("CREATE OR REPLACE VIEW prepared.w AS SELECT 'one' AS w");
        await client.QueryAsync("INSERT INTO prepared.t (id, v) VALUES (1, 'column')");
        await client.QueryAsync("USE prepared");
        await client.QueryAsync("SET sql_mode = 'ANSI_QUOTES'");
        var quoted = await client.PrepareAsync("SELECT \"v\", 1 || 0 FROM t");
        var view = await client.PrepareAsync("SELECT w, DATABASE() FROM w");
        await client.QueryAsync("SET sql_mode = '', NAMES latin1");
        await client.QueryAsync("USE prepared2");
        var literal = await client.PrepareAsync("SELECT \"v\", COLLATION('x'), w FROM w");
        for (var i = 0; i < 2; i++)
        {
            await client.ExecuteAsync(quoted);
            await client.ExecuteAsync(view);
            await client.ExecuteAsync(literal);
            await client.QueryAsync("SELECT DATABASE(), @@sql_mode, @@character_set_client, @@collation_connection");
        }

        await other.ExecuteAsync(await other.PrepareAsync("SELECT \"v\""));
    });

    [Fact]
    public Task Errors_are_the_servers_own() => SameAsync(async (client, _) =>
    {
        await client.PrepareAsync("SELECT FROM");
        await client.QueryAsync("SHOW WARNINGS");
        await client.PrepareAsync("SELECT * FROM prepared.nowhere");
        var id = await client.PrepareAsync("INSERT INTO prepared.t (id, v) VALUES (1, ?)");
        await client.ExecuteAsync(id, "first");
        await client.ExecuteAsync(id, "again");
        await client.QueryAsync("SHOW WARNINGS");
        await client.ExecuteAsync(id, cursor: false, types: false, "third");
        await client.ExecuteAsync(id, new string('x', 100));
        await client.QueryAsync("SELECT @@warning_count, @@error_count");
    });

    [Fact]
    public Task Own_results_are_the_sessions_own() => SameAsync(async (client, other) =>
    {
        var (ids, counts) = (await client.PrepareAsync("SELECT LAST_INSERT_ID()"), await client.PrepareAsync("SELECT ROW_COUNT()"));
        var (found, warned) = (await client.PrepareAsync("SELECT FOUND_ROWS()"), await client.PrepareAsync("SELECT @@warning_count"));
        var insert = await client.PrepareAsync("INSERT INTO prepared.t (v) VALUES (?), (?)");
        await client.ExecuteAsync(insert, "a", "b");
        await other.QueryAsync("INSERT INTO prepared.t (v) VALUES ('x')");
        await client.ExecuteAsync(counts);
        await other.QueryAsync("SELECT 1 UNION SELECT 2");
        await client.ExecuteAsync(ids);
        await client.QueryAsync("SELECT v FROM prepared.t LIMIT 2");
        await client.ExecuteAsync(found);
        await client.QueryAsync("SELECT 1/0, CAST('x' AS SIGNED)");
        await client.ExecuteAsync(warned);
    });

    // What does not select takes a connection where another session has selected.
    [Theory]
    [InlineData("BEGIN", "COMMIT")]
    [InlineData("LOCK TABLES prepared.t READ", "UNLOCK TABLES")]
    [InlineData("PREPARE s FROM 'SELECT 1'", "DEALLOCATE PREPARE s")]
    [InlineData("HANDLER prepared.t OPEN AS h", "HANDLER h CLOSE")]
    [InlineData("CREATE TEMPORARY TABLE prepared.temp (a INT)", "DROP TEMPORARY TABLE prepared.temp")]
    [InlineData("DO GET_LOCK('found', 0)", "DO RELEASE_LOCK('found')")]
    [InlineData("SET TRANSACTION READ ONLY", "COMMIT")]
    public Task Found_rows_are_the_sessions_own(string taking, string ending) => SameAsync(isMoved: false, async (client, other) =>
    {
        var found = await client.PrepareAsync("SELECT FOUND_ROWS()");
        foreach (var isPrepared in (bool[])[false, true])
        {
            await client.QueryAsync("SELECT 1 UNION SELECT 2 UNION SELECT 3");
            await other.QueryAsync("SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5");
            await client.QueryAsync(taking);
            await (isPrepared ? client.ExecuteAsync(found) : client.QueryAsync("SELECT FOUND_ROWS()"));
            await client.QueryAsync("SELECT 1 UNION SELECT 2");
            await (isPrepared ? client.ExecuteAsync(found) : client.QueryAsync("SELECT FOUND_ROWS()"));
            await client.QueryAsync(ending);
        }
    });

    [Theory]
    [InlineData("SELECT id INTO @x FROM prepared.t LIMIT 1")]
    [InlineData("SELECT id FROM prepared.t UNION SELECT 9 LIMIT 2")]
    [InlineData("SELECT id FROM prepared.t LIMIT 3; SELECT id INTO @x FROM prepared.t LIMIT 1")]
    [InlineData("SELECT id FROM prepared.t LIMIT 3; SELECT 1")]
    [InlineData("INSERT INTO prepared.t (n) VALUES ((SELECT 1))")]
    [InlineData("CHECKSUM TABLE prepared.t")]
    [InlineData("SHOW WARNINGS")]
    [InlineData("SHOW COUNT(*) WARNINGS")]
    public Task Found_rows_are_what_the_server_counted(string sql) => SameAsync(async (client, _) =>
    {
        await client.QueryAsync("INSERT INTO prepared.t (v) VALUES ('a'), ('b'), ('c'), ('d'), ('e')");
        await client.QueryAsync("SELECT v FROM prepared.t");
        await client.QueryAsync(sql);
        await client.QueryAsync("SELECT FOUND_ROWS()");
    });

    [Fact]
    public Task Found_rows_and_warnings_of_a_cursor_are_those_of_its_execute() => SameAsync(async (client, _) =>
    {
        await client.QueryAsync("INSERT INTO prepared.t (v) VALUES ('a'), ('b'), ('c')");
        var id = await client.PrepareAsync("SELECT v FROM prepared.t ORDER BY id");
        var warning = await client.PrepareAsync("SELECT CAST(v AS SIGNED) FROM prepared.t ORDER BY id");
        foreach (var rows in (int[])[1, 10])
        {
            await client.ExecuteAsync(id, cursor: true, types: false);
            await client.FetchAsync(id, rows);
            await client.FetchAsync(id, rows + 2);
            await client.QueryAsync("SELECT FOUND_ROWS()");
            await client.ExecuteAsync(warning, cursor: true, types: false);
            await client.FetchAsync(warning, rows);
            await client.QueryAsync("SHOW WARNINGS");
            await client.QueryAsync("SELECT FOUND_ROWS(), ROW_COUNT()");
        }
    });

    [Fact]
    public Task A_session_knows_the_lock_that_it_holds_as_its_own() => SameAsync(async (client, _) =>
    {
        const string Compares = "SELECT IS_USED_LOCK('live job') = CONNECTION_ID()";
        var id = await client.PrepareAsync(Compares);
        await client.QueryAsync("SELECT GET_LOCK('live job', 0)");
        await client.QueryAsync(Compares);
        await client.ExecuteAsync(id);
        await client.ExecuteAsync(await client.PrepareAsync($"{Compares}, ROW_COUNT()"));
        await client.QueryAsync("DO RELEASE_LOCK('live job')");
        await client.ExecuteAsync(id);
    });

    [Fact]
    public Task What_a_statement_sets_is_the_sessions() => SameAsync(async (client, other) =>
    {
        var (set, user) = (await client.PrepareAsync("SET SESSION group_concat_max_len = ?"), await client.PrepareAsync("SET @a = ?"));
        var (get, last) = (await client.PrepareAsync("SELECT @@group_concat_max_len"), await client.PrepareAsync("SELECT @a"));
        await client.ExecuteAsync(set, 4242);
        await client.ExecuteAsync(get);
        await other.ExecuteAsync(await other.PrepareAsync("SELECT @@group_concat_max_len"));
        await client.ExecuteAsync(user, "mine");
        await other.ExecuteAsync(await other.PrepareAsync("SELECT @a"));
        await client.ExecuteAsync(last);
        await client.ExecuteAsync(await client.PrepareAsync("SET SESSION group_concat_max_len = ?"), "not a number");
        await client.ExecuteAsync(get);
    });

    [Fact]
    public async Task Twenty_sessions_share_two_connections()
    {
        await using var administrator = await rig.AdministratorAsync();
        await using var node = await rig.StartNodeAsync(new NodeSettings { MaxConnections = 3 });
        var clients = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => node.ConnectAsync()));
        await Task.WhenAll(clients.Select(async (c, i) =>
        {
            var client = new StatementClient(c, () => Task.CompletedTask);
            var id = await client.PrepareAsync("SELECT ? + 1");
            for (var round = 0; round < 20; round++)
                await client.ExecuteAsync(id, (i * 100) + round);
            Assert.Equal(21, client.Transcript.Distinct().Count());
            Assert.All(client.Transcript.Skip(1), line => Assert.Contains(": rows [", line, StringComparison.Ordinal));
        }));
        Assert.InRange(int.Parse(await CountAsync(administrator), null), 1, 6);
        foreach (var client in clients)
            await client.DisposeAsync();
        await node.RestsAsync(administrator);
    }

    [Fact]
    public async Task Statements_make_room_and_the_servers_limit_is_kept()
    {
        await using var administrator = await rig.AdministratorAsync();
        await administrator.QueryAsync("SET GLOBAL max_prepared_stmt_count = 20");
        try
        {
            // 80 % of 20 for 3 connections.
            await using var node = await rig.StartNodeAsync(new NodeSettings { MaxConnections = 3 });
            await using var connection = await node.ConnectAsync();
            await using var mover = await Mover.StartAsync(node);
            var client = new StatementClient(connection, mover.MoveAsync);
            var ids = new List<uint>();
            for (var i = 0; i < 30; i++)
                ids.Add(await client.PrepareAsync($"SELECT {i}"));
            foreach (var id in ids)
                await client.ExecuteAsync(id);
            Assert.All(client.Transcript, line => Assert.DoesNotContain("error", line, StringComparison.Ordinal));
            Assert.InRange(int.Parse(await CountAsync(administrator), null), 1, 14);

            // Others leave no room: the pool gives up its own.
            var others = new StatementClient(administrator, () => Task.CompletedTask);
            while (await others.PrepareAsync("SELECT 'other'") != 0)
            {
            }

            client.Transcript.Clear();
            foreach (var id in ids.Take(5))
                await client.ExecuteAsync(id);
            Assert.All(client.Transcript, line => Assert.DoesNotContain("error", line, StringComparison.Ordinal));
        }
        finally
        {
            await administrator.QueryAsync("SET GLOBAL max_prepared_stmt_count = DEFAULT");
        }
    }

    private static async Task<string> CountAsync(SqlClient administrator) =>
        (await administrator.TryAsync("SHOW GLOBAL STATUS LIKE 'Prepared_stmt_count'")).Rows[0][1]!;

    // The same steps by two clients, on connections of their own, and through a node.
    internal Task SameAsync(Func<StatementClient, StatementClient, Task> steps) => SameAsync(isMoved: true, steps);

    // If they are not moved, all share one connection.
    private async Task SameAsync(bool isMoved, Func<StatementClient, StatementClient, Task> steps)
    {
        await using var administrator = await rig.AdministratorAsync();
        var direct = await RunAsync(administrator, steps, rig.AdministratorAsync, () => Task.CompletedTask);
        await using var node = await rig.StartNodeAsync(new NodeSettings { MaxConnections = isMoved ? 3 : 2 });
        await using var mover = isMoved ? await Mover.StartAsync(node) : null;
        var through = await RunAsync(administrator, steps, () => node.ConnectAsync(), mover is null ? () => Task.CompletedTask : mover.MoveAsync);
        Assert.Equal(direct.Count, through.Count);
        for (var i = 0; i < direct.Count; i++)
            Assert.True(direct[i] == through[i], $"step {i}: directly\n{direct[i]}\nand through the node\n{through[i]}");
        if (mover is not null)
            await mover.DisposeAsync();
        await node.RestsAsync(administrator);
    }

    private static async Task<List<string>> RunAsync(
        SqlClient administrator, Func<StatementClient, StatementClient, Task> steps, Func<Task<SqlClient>> connect, Func<Task> move)
    {
        await administrator.QueryAsync("CREATE DATABASE IF NOT EXISTS prepared");
        await administrator.QueryAsync("CREATE DATABASE IF NOT EXISTS prepared2");
        await administrator.QueryAsync(Fresh);
        await administrator.QueryAsync(Table);
        await using var connection = await connect();
        await using var second = await connect();
        var (client, other) = (new StatementClient(connection, move), new StatementClient(second, move));
        try
        {
            await steps(client, other);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"after {string.Join('\n', client.Transcript)}", e);
        }

        return [.. client.Transcript, "other", .. other.Transcript];
    }
}

/// <summary>At MariaDB.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class MariaDbStatementTests(FaultRig<MariaDbServer> rig) : StatementTests<MariaDbServer>(rig)
{
    [Fact]
    public Task Many_rows_go_in_one_execute() => SameAsync(async (client, _) =>
    {
        var id = await client.PrepareAsync("INSERT INTO prepared.t (n, v) VALUES (?, ?)");
        await client.ExecuteBulkAsync(id, types: true, [1, "one"], [2, "two"]);
        await client.ExecuteAsync(id, 3, "three");
        await client.ExecuteBulkAsync(id, types: false, [4, "four"], [5, "five"]);
        await client.ExecuteBulkAsync(uint.MaxValue, types: true, [6, "last"]);
        await client.QueryAsync("SELECT n, v FROM prepared.t ORDER BY n");
        await client.ExecuteBulkAsync(77, types: true, [6, "unknown"]);
    });
}

/// <summary>At MySQL.</summary>
[Collection(MySqlFaults.Name)]
public sealed class MySqlStatementTests(FaultRig<MySqlServer> rig) : StatementTests<MySqlServer>(rig)
{
    [Fact]
    public Task Warnings_of_a_prepare_are_told() => SameAsync(async (client, other) =>
    {
        await client.PrepareAsync("SELECT SQL_CALC_FOUND_ROWS id FROM prepared.t LIMIT 1");
        await other.QueryAsync("SELECT 1");
        await client.QueryAsync("SELECT @@warning_count");
        await client.PrepareAsync("SELECT SQL_CALC_FOUND_ROWS id FROM prepared.t LIMIT 2");
        await other.QueryAsync("SELECT 1");
        await client.QueryAsync("SHOW WARNINGS");
        await client.PrepareAsync("SELECT 1");
        await client.QueryAsync("SELECT @@warning_count");
    });
}
