using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Prepared;

/// <summary>FOUND_ROWS() tells a session what its own last statement found.</summary>
public abstract class FoundRowsTests<TServer>(FaultRig<TServer> rig) : StatementComparison<TServer>(rig)
    where TServer : DatabaseServer, new()
{
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
}

/// <summary>At MariaDB.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class MariaDbFoundRowsTests(FaultRig<MariaDbServer> rig) : FoundRowsTests<MariaDbServer>(rig);

/// <summary>At MySQL.</summary>
[Collection(MySqlFaults.Name)]
public sealed class MySqlFoundRowsTests(FaultRig<MySqlServer> rig) : FoundRowsTests<MySqlServer>(rig);
