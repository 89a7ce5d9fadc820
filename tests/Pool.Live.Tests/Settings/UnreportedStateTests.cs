using Pool.Live.Tests.Faults;
using Pool.Live.Tests.StoredCode;
using Pool.Live.Tests.Support;
using Pool.Wire.Commands;
using Pool.Wire.Replies;

namespace Pool.Live.Tests.Settings;

/// <summary>What a server does not tell, neither by trackers nor by status flags.</summary>
public abstract class UnreportedStateTests<TServer>(FaultRig<TServer> rig)
    where TServer : DatabaseServer, new()
{
    /// <summary>Two connections for sessions, and one for control.</summary>
    private static readonly NodeSettings s_small = new() { MaxConnections = 3 };

    [Fact]
    public async Task A_savepoint_before_the_first_statement_of_a_transaction_is_there_in_it()
    {
        await using var administrator = await rig.AdministratorAsync();
        await administrator.QueryAsync("DROP TABLE IF EXISTS pool.saved");
        await administrator.QueryAsync("CREATE TABLE pool.saved (id INT PRIMARY KEY) ENGINE=InnoDB");
        await using var node = await rig.KeptNodeAsync(s_small);
        await using var first = await node.ConnectAsync();
        await using var second = await node.ConnectAsync();
        await first.QueryAsync("SET autocommit = 0");
        await first.QueryAsync("SAVEPOINT s");
        Assert.Equal(ServerStatus.None, first.Last.Status & ServerStatus.InTransaction);
        await second.QueryAsync("BEGIN");
        await first.QueryAsync("INSERT INTO pool.saved VALUES (1)");
        Assert.Equal(0, (await first.TryAsync("ROLLBACK TO s")).ErrorCode);
        await first.QueryAsync("COMMIT");
        Assert.Equal("0", await administrator.QueryAsync("SELECT COUNT(*) FROM pool.saved"));
    }

    // MySQL keeps them until the COMMIT, which may be for another connection, and tells of no transaction; MariaDB begins one where it keeps them.
    [Theory]
    [InlineData("SELECT * FROM pool.kept", "MEMORY")]
    [InlineData("INSERT INTO pool.kept VALUES (1)", "MEMORY")]
    [InlineData("SET @a = (SELECT COUNT(*) FROM pool.kept)", "MEMORY")]
    [InlineData("SELECT broken FROM pool.kept", "InnoDB")]
    public async Task Without_autocommit_no_table_is_kept_from_changes_by_a_connection_that_was_given_back(string sql, string engine)
    {
        await using var administrator = await rig.AdministratorAsync();
        await administrator.QueryAsync("SET lock_wait_timeout = 10");
        await administrator.QueryAsync("DROP TABLE IF EXISTS pool.kept");
        await administrator.QueryAsync($"CREATE TABLE pool.kept (id INT) ENGINE={engine}");
        await using var node = await rig.KeptNodeAsync(s_small);
        await using var client = await node.ConnectAsync();
        await client.QueryAsync("SET autocommit = 0, completion_type = 1");
        await client.TryAsync(sql);
        if (rig.Server is MariaDbServer && engine == "InnoDB")
            await client.QueryAsync("ROLLBACK AND NO CHAIN");
        await administrator.QueryAsync("ALTER TABLE pool.kept ADD COLUMN n INT");
    }

    [Fact]
    public async Task Without_autocommit_no_table_is_kept_from_changes_by_a_client_that_left()
    {
        await using var administrator = await rig.AdministratorAsync();
        await administrator.QueryAsync("SET lock_wait_timeout = 10");
        await administrator.QueryAsync("DROP TABLE IF EXISTS pool.kept");
        await administrator.QueryAsync("CREATE TABLE pool.kept (id INT)");
        await using var node = await rig.KeptNodeAsync(s_small);
        await using (var client = await node.ConnectAsync())
        {
            await client.QueryAsync("SET autocommit = 0");
            await client.TryAsync("SELECT broken FROM pool.kept");
        }

        await administrator.QueryAsync("ALTER TABLE pool.kept ADD COLUMN n INT");
    }

    // MariaDB's COM_RESET_CONNECTION loses it, and its locks stay until the server is restarted.
    [Theory]
    [InlineData("COMMIT", "1", false)]
    [InlineData("ROLLBACK", "0", false)]
    [InlineData("COMMIT", "1", true)]
    public async Task An_XA_transaction_that_is_prepared_outlives_its_session(string end, string rows, bool isReset)
    {
        await using var administrator = await rig.AdministratorAsync();
        await administrator.QueryAsync("DROP TABLE IF EXISTS pool.xa");
        await administrator.QueryAsync("CREATE TABLE pool.xa (id INT PRIMARY KEY) ENGINE=InnoDB");
        await using var node = await rig.KeptNodeAsync(s_small);
        await using (var client = await node.ConnectAsync())
        {
            foreach (var sql in new[] { "XA START 'x'", "INSERT INTO pool.xa VALUES (1)", "XA END 'x'", "XA PREPARE 'x'" })
                await client.QueryAsync(sql);
            if (isReset)
                Assert.Equal(0, (await client.RunAsync(CommandCode.ResetConnection, [])).Summary.ErrorCode);
        }

        await using var other = await node.ConnectAsync();
        await Eventually.TrueAsync(async () => (await other.TryAsync($"XA {end} 'x'")).Succeeded, () => "nobody can end it");
        Assert.Equal(rows, await administrator.QueryAsync("SELECT COUNT(*) FROM pool.xa"));
        await administrator.QueryAsync("ALTER TABLE pool.xa ADD COLUMN n INT");
    }

    // They are not rewritten: not the session's own, then, but not those of another session either.
    [Fact]
    public async Task What_stored_code_and_definitions_ask_for_is_no_other_sessions()
    {
        const string FiveRows = "SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5";
        await using var administrator = await StoredCodeTrial.DefineAsync(
            rig,
            "asking",
            "CREATE FUNCTION found() RETURNS INT READS SQL DATA RETURN FOUND_ROWS()", "CREATE FUNCTION changed() RETURNS INT READS SQL DATA RETURN ROW_COUNT()",
            "CREATE VIEW seen AS SELECT FOUND_ROWS() AS f", "CREATE TABLE t (id INT PRIMARY KEY, f INT)",
            "CREATE TRIGGER sets BEFORE INSERT ON t FOR EACH ROW SET NEW.f = FOUND_ROWS()");
        await using var node = await rig.StartNodeAsync(new NodeSettings { MaxConnections = 2 });
        await using var client = await node.ConnectAsync();
        await using var other = await node.ConnectAsync();
        await LeaveCountsAsync();
        Assert.Equal("1", await client.QueryAsync("SELECT asking.found()"));
        await other.QueryAsync(FiveRows);
        Assert.Equal("1", await client.QueryAsync("SELECT asking.found(), ROW_COUNT()"));
        await LeaveCountsAsync();
        Assert.Equal("-1", await client.QueryAsync("SELECT asking.changed()"));
        await LeaveCountsAsync();
        Assert.Equal("1", await client.QueryAsync("SELECT f FROM asking.seen"));
        await LeaveCountsAsync();
        await client.QueryAsync("INSERT INTO asking.t (id) VALUES (100)");
        Assert.Equal("1", await client.QueryAsync("SELECT f FROM asking.t WHERE id = 100"));
        await LeaveCountsAsync();
        await client.QueryAsync("CREATE TABLE asking.made AS SELECT FOUND_ROWS() AS f");
        Assert.Equal("1", await client.QueryAsync("SELECT f FROM asking.made"));
        await LeaveCountsAsync();
        await client.QueryAsync("BEGIN");
        Assert.Equal("1", await client.QueryAsync("SELECT asking.found()"));
        await client.QueryAsync("COMMIT");
        var prepared = await client.RunAsync(CommandCode.StmtPrepare, "SELECT asking.found()"u8.ToArray());
        await LeaveCountsAsync();
        var executed = await client.RunAsync(CommandCode.StmtExecute, [.. BitConverter.GetBytes(prepared.Summary.StatementId), 0, 1, 0, 0, 0]);
        Assert.Contains("[000001000000]", executed.Told, StringComparison.Ordinal);
        var both = await client.RunAsync(CommandCode.StmtPrepare, "SELECT asking.found(), SIGN(ROW_COUNT())"u8.ToArray());
        await other.QueryAsync(FiveRows);
        executed = await client.RunAsync(CommandCode.StmtExecute, [.. BitConverter.GetBytes(both.Summary.StatementId), 0, 1, 0, 0, 0]);
        Assert.Contains("[000001000000", executed.Told, StringComparison.Ordinal);

        async Task LeaveCountsAsync()
        {
            await other.QueryAsync("DELETE FROM asking.t WHERE id < 100");
            await other.QueryAsync(FiveRows);
            await other.QueryAsync("INSERT INTO asking.t (id, f) VALUES (1, 1), (2, 2), (3, 3)");
        }
    }

    // A server may not know the name of a locale that it reads as UCS-2. A statement is prepared anew as it was prepared.
    [Fact]
    public async Task Under_a_wide_character_set_a_statement_runs_that_was_prepared_under_other_settings()
    {
        await using var node = await rig.KeptNodeAsync(s_small);
        await using var client = await node.ConnectAsync();
        var prepared = await client.RunAsync(CommandCode.StmtPrepare, "SELECT CAST(? AS SIGNED)"u8.ToArray());

        // The connection that has it is taken.
        await using var other = await node.ConnectAsync();
        await other.QueryAsync("BEGIN");
        await client.QueryAsync("SET lc_time_names = 'de_DE'");
        await client.QueryAsync("SET character_set_connection = ucs2");
        byte[] one = [0, 1, 0, 0, 0, 0, 1, (byte)ColumnType.VarString, 0, 1, (byte)'1'];
        var executed = await client.RunAsync(CommandCode.StmtExecute, [.. BitConverter.GetBytes(prepared.Summary.StatementId), .. one]);
        Assert.Equal(0, executed.Summary.ErrorCode);
    }
}

/// <summary>At MariaDB.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class MariaDbUnreportedStateTests(FaultRig<MariaDbServer> rig) : UnreportedStateTests<MariaDbServer>(rig);

/// <summary>At MySQL.</summary>
[Collection(MySqlFaults.Name)]
public sealed class MySqlUnreportedStateTests(FaultRig<MySqlServer> rig) : UnreportedStateTests<MySqlServer>(rig);
