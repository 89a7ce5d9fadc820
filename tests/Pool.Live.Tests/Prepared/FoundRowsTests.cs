using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Prepared;

/// <summary>FOUND_ROWS() tells a session what its own last statement found.</summary>
public abstract class FoundRowsTests<TServer>(FaultRig<TServer> rig) : StatementComparison<TServer>(rig)
    where TServer : DatabaseServer, new()
{
    private static readonly (string Taking, string Ending)[] s_taking =
    [
        ("BEGIN", "COMMIT"),
        ("LOCK TABLES prepared.t READ", "UNLOCK TABLES"),
        ("PREPARE s FROM 'SELECT 1'", "DEALLOCATE PREPARE s"),
        ("HANDLER prepared.t OPEN AS h", "HANDLER h CLOSE"),
        ("CREATE TEMPORARY TABLE prepared.temp (a INT)", "DROP TEMPORARY TABLE prepared.temp"),
        ("DO GET_LOCK('found', 0)", "DO RELEASE_LOCK('found')"),
        ("SET TRANSACTION READ ONLY", "COMMIT"),
    ];

    private static readonly string[] s_uncounted =
    [
        "SELECT COUNT(*) FROM prepared.t WHERE id = -5",
        "SELECT COUNT(*), MAX(id) FROM prepared.t WHERE 0",
        "SELECT COUNT(*) INTO @c FROM prepared.t WHERE id = -5",
        "SELECT COUNT(*) FROM prepared.t WHERE 0; DO 0",
        "SELECT COUNT(*) FROM prepared.t WHERE 0; SELECT nonsense",
    ];

    private static readonly string[] s_several =
    [
        "SET @y = 1; SELECT FOUND_ROWS()",
        "DO 0; SELECT FOUND_ROWS()",
        "BEGIN; USE mysql; SELECT FOUND_ROWS(); SELECT FOUND_ROWS(); COMMIT; SELECT FOUND_ROWS()",
        "SELECT FOUND_ROWS(); SELECT FOUND_ROWS()",
        "SELECT SQL_CALC_FOUND_ROWS id FROM prepared.t LIMIT 1; SELECT FOUND_ROWS()",
        "CREATE TABLE IF NOT EXISTS prepared.t (a INT); SET @n = 1; CREATE TEMPORARY TABLE prepared.found AS SELECT 1 AS n; SELECT n FROM prepared.found; SELECT FOUND_ROWS()",
    ];

    private static readonly string[] s_countless =
    [
        "INSERT INTO prepared.t (v) VALUES ('a'); SELECT FOUND_ROWS()",
        "SELECT COUNT(*) FROM prepared.t WHERE id = -5; SELECT FOUND_ROWS()",
        "CREATE TABLE IF NOT EXISTS prepared.t (a INT); SELECT FOUND_ROWS()",
        "SHOW COUNT(*) WARNINGS; SELECT FOUND_ROWS()",
        "CALL prepared.nothing(); SELECT FOUND_ROWS()",
    ];

    private static readonly string[] s_counted =
    [
        "SELECT id FROM prepared.t LIMIT 3; -- done",
        "SELECT id FROM prepared.t LIMIT 3; SELECT nonsense",
        "SELECT id FROM prepared.t LIMIT 3; SELECT id FROM prepared.t LIMIT 4; INSERT INTO prepared.t (id) VALUES (1), (1)",
        "SELECT id INTO @x FROM prepared.t LIMIT 1",
        "SELECT id FROM prepared.t UNION SELECT 9 LIMIT 2",
        "SELECT id FROM prepared.t LIMIT 3; SELECT id INTO @x FROM prepared.t LIMIT 1",
        "SELECT id FROM prepared.t LIMIT 3; SELECT 1",
        "INSERT INTO prepared.t (n) VALUES ((SELECT 1))",
        "CHECKSUM TABLE prepared.t",
        "SHOW WARNINGS",
        "SHOW COUNT(*) WARNINGS",
    ];

    // What does not select takes a connection where another session has selected.
    [Fact]
    public Task Found_rows_are_the_sessions_own() => SameForEachAsync(isMoved: false, s_taking, async (client, other, pair) =>
    {
        var found = await client.PrepareAsync("SELECT FOUND_ROWS()");
        foreach (var isPrepared in (bool[])[false, true])
        {
            await client.QueryAsync("SELECT 1 UNION SELECT 2 UNION SELECT 3");
            await other.QueryAsync("SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5");
            await client.QueryAsync(pair.Taking);
            await (isPrepared ? client.ExecuteAsync(found) : client.QueryAsync("SELECT FOUND_ROWS()"));
            await client.QueryAsync("SELECT 1 UNION SELECT 2");
            await (isPrepared ? client.ExecuteAsync(found) : client.QueryAsync("SELECT FOUND_ROWS()"));
            await client.QueryAsync(pair.Ending);
        }
    });

    // What may leave them as they were runs where another session has selected.
    [Fact]
    public Task One_row_that_may_not_have_been_counted_is_no_other_sessions_number() => SameForEachAsync(isMoved: false, s_uncounted, async (client, other, sql) =>
    {
        await client.QueryAsync("SELECT 1");
        await other.QueryAsync("SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5");
        await client.QueryAsync("BEGIN");
        await client.QueryAsync(sql);
        await client.QueryAsync("SELECT FOUND_ROWS()");
        await client.QueryAsync("COMMIT");
    });

    [Fact]
    public Task Found_rows_among_several_statements_are_the_sessions_own() => SameForEachAsync(isMoved: false, s_several, async (client, other, sql) =>
    {
        await client.QueryAsync("INSERT INTO prepared.t (v) VALUES ('a'), ('b'), ('c'), ('d'), ('e')");
        await client.QueryAsync("SELECT 1 UNION SELECT 2 UNION SELECT 3");
        await other.QueryAsync("SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4");
        await client.QueryAsync(sql);
    });

    // It is 1 where the session has found nothing else.
    [Fact]
    public async Task What_counts_nothing_among_several_statements_leaves_no_other_sessions_found_rows()
    {
        await using var administrator = await Rig.AdministratorAsync();
        await administrator.QueryAsync("CREATE DATABASE IF NOT EXISTS prepared");
        await administrator.QueryAsync("CREATE PROCEDURE IF NOT EXISTS prepared.nothing() DO 0");
        await SameForEachAsync(isMoved: false, s_countless, async (client, other, sql) =>
        {
            await client.QueryAsync("SELECT 1");
            await other.QueryAsync("SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4");
            await client.QueryAsync(sql);
        });
    }

    [Fact]
    public Task Found_rows_are_what_the_server_counted() => SameForEachAsync(isMoved: true, s_counted, async (client, _, sql) =>
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
}

/// <summary>At MariaDB.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class MariaDbFoundRowsTests(FaultRig<MariaDbServer> rig) : FoundRowsTests<MariaDbServer>(rig);

/// <summary>At MySQL.</summary>
[Collection(MySqlFaults.Name)]
public sealed class MySqlFoundRowsTests(FaultRig<MySqlServer> rig) : FoundRowsTests<MySqlServer>(rig);
