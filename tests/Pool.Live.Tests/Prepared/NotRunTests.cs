using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Prepared;

/// <summary>A statement that is prepared, reset or fetched from does not run with that: what it is to end is still there.</summary>
public abstract class NotRunTests<TServer>(FaultRig<TServer> rig) : StatementComparison<TServer>(rig)
    where TServer : DatabaseServer, new()
{
    [Theory]
    [InlineData("LOCK TABLES prepared.t WRITE", "UNLOCK TABLES", "SELECT COUNT(*) > 0 FROM mysql.user")]
    [InlineData("SET TRANSACTION READ ONLY", "COMMIT", "INSERT INTO prepared.t (n) VALUES (1)")]
    [InlineData("SET TRANSACTION READ ONLY", "ROLLBACK", "INSERT INTO prepared.t (n) VALUES (1)")]
    [InlineData("CREATE TEMPORARY TABLE prepared.tmp (a INT)", "DROP TEMPORARY TABLE prepared.tmp", "SELECT COUNT(*) FROM prepared.tmp")]
    [InlineData("SELECT GET_LOCK('not run', 0)", "SELECT RELEASE_LOCK('not run')", "SELECT IS_USED_LOCK('not run') = CONNECTION_ID()")]
    public Task What_a_statement_is_to_end_is_there_until_it_is_executed(string begin, string end, string asks) => SameAsync(async (client, _) =>
    {
        await client.QueryAsync(begin);
        var id = await client.PrepareAsync(end);
        await client.QueryAsync(asks);
        await client.QueryAsync(begin);
        await client.ResetAsync(id);
        await client.QueryAsync(asks);
        await client.ExecuteAsync(id);
        await client.ExecuteAsync(id);
        await client.QueryAsync(asks);
    });

    [Fact]
    public Task A_lock_that_a_cursor_is_read_for_is_released_once() => SameAsync(async (client, _) =>
    {
        var id = await client.PrepareAsync("SELECT RELEASE_LOCK('not run')");
        await client.QueryAsync("SELECT GET_LOCK('not run', 0)");
        await client.QueryAsync("SELECT GET_LOCK('not run', 0)");
        for (var i = 0; i < 2; i++)
        {
            await client.ExecuteAsync(id, cursor: true, types: false);
            await client.FetchAsync(id, 1);
            await client.FetchAsync(id, 1);
            await client.QueryAsync("SELECT IS_USED_LOCK('not run') = CONNECTION_ID()");
        }
    });
}

/// <summary>At MariaDB.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class MariaDbNotRunTests(FaultRig<MariaDbServer> rig) : NotRunTests<MariaDbServer>(rig);

/// <summary>At MySQL.</summary>
[Collection(MySqlFaults.Name)]
public sealed class MySqlNotRunTests(FaultRig<MySqlServer> rig) : NotRunTests<MySqlServer>(rig);
