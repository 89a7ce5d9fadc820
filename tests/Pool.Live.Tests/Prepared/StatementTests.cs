using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Prepared;

/// <summary>Prepared statements through a node tell a client what a direct connection tells it.</summary>
public abstract class StatementTests<TServer>(FaultRig<TServer> rig) : StatementComparison<TServer>(rig)
    where TServer : DatabaseServer, new()
{
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
        await using var administrator = await Rig.AdministratorAsync();
        await using var node = await Rig.StartNodeAsync(new NodeSettings { MaxConnections = 3 });
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
        await using var administrator = await Rig.AdministratorAsync();
        await administrator.QueryAsync("SET GLOBAL max_prepared_stmt_count = 20");
        try
        {
            // 80 % of 20 for 3 connections.
            await using var node = await Rig.StartNodeAsync(new NodeSettings { MaxConnections = 3 });
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
