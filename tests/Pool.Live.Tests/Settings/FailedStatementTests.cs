using System.Text.Json;
using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;
using Pool.Wire.Commands;

namespace Pool.Live.Tests.Settings;

/// <summary>A statement that fails may have begun a transaction, and no reply says so: it stays its session's own, and so does what the error tells.</summary>
public abstract class FailedStatementTests<TServer>(FaultRig<TServer> rig)
    where TServer : DatabaseServer, new()
{
    private const int Duplicate = 1062;

    /// <summary>One connection for sessions, and one for control.</summary>
    private static readonly NodeSettings s_smallest = new() { MaxConnections = 2 };

    [Fact]
    public async Task A_transaction_that_a_failed_statement_began_ends_with_its_client()
    {
        await using var administrator = await PrepareAsync("ended");
        await using var node = await rig.StartNodeAsync(s_smallest);
        await using (var client = await node.ConnectAsync())
        {
            await client.QueryAsync("SET autocommit = 0");
            Assert.Equal(Duplicate, (await client.TryAsync("INSERT INTO ended.t VALUES (1, 1)")).ErrorCode);
            Assert.NotEqual(0, (await administrator.TryAsync("SELECT v FROM ended.t FOR UPDATE NOWAIT")).ErrorCode);
        }

        await node.RestsAsync(administrator);
        Assert.Equal("0", await administrator.QueryAsync("SELECT COUNT(*) FROM information_schema.INNODB_TRX"));
        await administrator.QueryAsync("SET innodb_lock_wait_timeout = 1");
        await administrator.QueryAsync("UPDATE ended.t SET v = 2 WHERE id = 1");
    }

    [Fact]
    public async Task Nobody_writes_into_a_transaction_that_a_failed_procedure_began()
    {
        await using var administrator = await PrepareAsync("begun");
        await using var node = await rig.StartNodeAsync(s_smallest);
        await using var first = await node.ConnectAsync();
        await using var second = await node.ConnectAsync();
        Assert.Equal(Duplicate, (await first.TryAsync("CALL begun.begins()")).ErrorCode);
        var insert = second.QueryAsync("INSERT INTO begun.t VALUES (3, 3)");
        await Eventually.TrueAsync(
            async () => insert.IsCompleted || await StateAsync(node, second) == "waiting", () => "the other session does not wait");
        Assert.False(insert.IsCompleted, "the other session has written on the connection of the transaction");
        Assert.Equal("1,2", await first.QueryAsync("SELECT GROUP_CONCAT(id ORDER BY id) FROM begun.t"));
        await first.QueryAsync("ROLLBACK");
        await insert;
        Assert.Equal("1,3", await administrator.QueryAsync("SELECT GROUP_CONCAT(id ORDER BY id) FROM begun.t"));
    }

    [Theory]
    [InlineData(0, "INSERT INTO told.t VALUES (1, 1)")]
    [InlineData(0, "SELECT broken FROM told.t")]
    [InlineData(0, "CALL told.begins()")]
    [InlineData(1, "CALL told.begins()")]
    public async Task What_an_error_told_is_told_as_by_the_server_itself(int autocommit, string failing)
    {
        await using var administrator = await PrepareAsync("told");
        await using var node = await rig.StartNodeAsync(s_smallest);
        await using var client = await node.ConnectAsync();
        foreach (var asks in new[]
        {
            new[] { "SHOW WARNINGS", "SHOW COUNT(*) ERRORS", "SHOW ERRORS" }, ["SELECT @@warning_count, @@error_count"], ["SELECT ROW_COUNT()"],
            ["GET DIAGNOSTICS @n = NUMBER, @r = ROW_COUNT", "SELECT @n, @r"], ["SELECT FOUND_ROWS()"],
            ["GET DIAGNOSTICS CONDITION 1 @e = MYSQL_ERRNO, @s = RETURNED_SQLSTATE, @m = MESSAGE_TEXT", "SELECT @e, @s, @m"],
        })
        {
            Assert.Equal(await ToldAsync(administrator), await ToldAsync(client));

            async Task<string> ToldAsync(SqlClient side)
            {
                await side.QueryAsync($"SET autocommit = {autocommit}");
                var told = $"{(await side.TryAsync(failing)).ErrorCode}";
                foreach (var ask in asks)
                {
                    var answer = await side.RunAsync(CommandCode.Query, System.Text.Encoding.UTF8.GetBytes(ask));
                    told += $"\n{ask}: {answer.Told}";
                }

                await side.QueryAsync("ROLLBACK");
                return told;
            }
        }
    }

    private static async Task<string?> StateAsync(FaultNode node, SqlClient client)
    {
        using var sessions = JsonDocument.Parse(await node.Process.AdminAsync("/sessions"));
        return sessions.RootElement.EnumerateArray().Single(s => s.GetProperty("id").GetUInt64() == client.Id).GetProperty("state").GetString();
    }

    private async Task<SqlClient> PrepareAsync(string schema)
    {
        var administrator = await rig.AdministratorAsync();
        foreach (var sql in new[]
        {
            $"DROP DATABASE IF EXISTS {schema}", $"CREATE DATABASE {schema}", $"USE {schema}",
            "CREATE TABLE t (id INT PRIMARY KEY, v INT) ENGINE=InnoDB", "INSERT INTO t VALUES (1, 0)",
            "CREATE PROCEDURE begins() BEGIN START TRANSACTION; INSERT INTO t VALUES (2, 0); INSERT INTO t VALUES (1, 0); END",
        })
        {
            await administrator.QueryAsync(sql);
        }

        return administrator;
    }
}

/// <summary>At MariaDB.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class MariaDbFailedStatementTests(FaultRig<MariaDbServer> rig) : FailedStatementTests<MariaDbServer>(rig);

/// <summary>At MySQL.</summary>
[Collection(MySqlFaults.Name)]
public sealed class MySqlFailedStatementTests(FaultRig<MySqlServer> rig) : FailedStatementTests<MySqlServer>(rig);
