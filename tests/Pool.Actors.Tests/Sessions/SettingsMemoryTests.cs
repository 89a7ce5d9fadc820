using System.Text;
using Pool.Actors.Sessions;
using Pool.Actors.Tests.Prepared;
using Pool.Testing;
using Pool.Wire.Commands;
using Pool.Wire.Handshake;

namespace Pool.Actors.Tests.Sessions;

public sealed class SettingsMemoryTests
{
    private const Capabilities Old = FakeClient.Flags & ~(Capabilities.DeprecateEof | Capabilities.SessionTrack);
    private const string Set = "SET SESSION time_zone = '+01:00'";
    private const string Ask = "SELECT @@time_zone FROM state";

    [Theory]
    [InlineData(Set)]
    [InlineData("SET NAMES utf8mb4 COLLATE utf8mb4_unicode_ci")]
    [InlineData("SELECT @@time_zone, 1")]
    public async Task The_second_session_gets_the_same_bytes_and_the_server_nothing(string sql)
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        var answer = await ReadAsync(first, sql);
        await node.RestAsync();
        Assert.Equal(answer, await ReadAsync(second, sql));
        await node.RestAsync();
        Assert.Single(node.Server.Queries, sql);
        Assert.Equal(1, node.Backend.Metrics.Remembered.Value);
        Assert.Equal((await first.QueryAsync(Ask)).Value, (await second.QueryAsync(Ask)).Value);
    }

    [Theory]
    [InlineData(Set)]
    [InlineData("SELECT @@time_zone, 1")]
    public async Task What_is_prepared_and_executed_is_remembered_as_well(string sql)
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await second.PrepareAsync("SELECT a");
        var (answer, zone) = await ExecuteAsync(node, first, sql);
        Assert.Equal((answer, zone), await ExecuteAsync(node, second, sql));
        Assert.Equal(2, node.Server.Count(CommandCode.StmtPrepare));
        Assert.Equal(1, node.Server.Count(CommandCode.StmtExecute));
        Assert.Equal(0, node.Server.Count(CommandCode.StmtClose));
        Assert.Equal(2, node.Backend.Metrics.Remembered.Value);
        await node.PinnedAsync(second, PinReasons.None);
    }

    [Fact]
    public async Task A_statement_that_was_prepared_from_memory_is_the_sessions_own_under_its_next_id()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        Assert.Equal(1u, await first.PrepareAsync(Set));
        await node.RestAsync();
        Assert.Equal(1u, await second.PrepareAsync("SELECT a"));
        await node.RestAsync();
        Assert.Equal(2u, await second.PrepareAsync(Set));
        Assert.Equal(3u, await second.PrepareAsync("SELECT b"));
        Assert.Equal("SELECT a", (await second.ExecuteAsync(1)).Value);
        Assert.Equal("SELECT b", (await second.ExecuteAsync(3)).Value);
        Assert.True((await second.ExecuteAsync(2)).Succeeded);
        Assert.Equal("+01:00", (await second.QueryAsync(Ask)).Value);
        await second.CloseStatementAsync(2);
        Assert.Equal(1243, (await second.ExecuteAsync(2)).Error);
    }

    [Fact]
    public async Task A_statement_that_was_prepared_under_another_mode_is_executed_by_the_server()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        foreach (var client in (FakeClient[])[first, second])
        {
            var id = await client.PrepareAsync(Set);
            await node.RestAsync();
            await client.QueryAsync("SET sql_mode = 'ANSI_QUOTES'");
            await node.RestAsync();
            Assert.True((await client.ExecuteAsync(id)).Succeeded);
            await node.RestAsync();
        }

        Assert.Equal(2, node.Server.Count(CommandCode.StmtExecute));
        Assert.Equal("+01:00", (await second.QueryAsync(Ask)).Value);
    }

    [Fact]
    public async Task A_statement_with_parameters_is_prepared_by_the_server_each_time()
    {
        const string Parameter = "SELECT @@time_zone LIMIT ?";
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        foreach (var client in (FakeClient[])[first, second])
        {
            await client.PrepareAsync(Parameter);
            await node.RestAsync();
        }

        Assert.Equal(2, node.Server.Count(CommandCode.StmtPrepare));
    }

    [Theory]
    [InlineData("BEGIN")]
    [InlineData("SELECT GET_LOCK('a', 1)")]
    public async Task A_session_with_something_at_a_server_prepares_and_executes_there(string before)
    {
        await using var node = new TestNode(connections: 2);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await ExecuteAsync(node, first, Set);
        await second.QueryAsync(before);
        Assert.True((await second.ExecuteAsync(await second.PrepareAsync(Set))).Succeeded);
        Assert.Equal(2, node.Server.Count(CommandCode.StmtPrepare));
        Assert.Equal(2, node.Server.Count(CommandCode.StmtExecute));
    }

    [Fact]
    public async Task A_remembered_SET_counts_rows_as_the_real_one_does()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        foreach (var client in (FakeClient[])[first, second])
        {
            await client.QueryAsync("SELECT 1 LIMIT 3");
            await client.QueryAsync(Set);
            await node.RestAsync();
            var counts = await client.QueryAsync("SELECT ROW_COUNT() + 0, FOUND_ROWS() + 0");
            Assert.Contains("CAST(0 AS SIGNED)", counts.Value, StringComparison.Ordinal);
            Assert.Contains("CAST(3 AS", counts.Value, StringComparison.Ordinal);
        }

        Assert.Single(node.Server.Queries, Set);
    }

    [Theory]
    [InlineData("BEGIN")]
    [InlineData("SET TRANSACTION READ ONLY")]
    [InlineData("SELECT GET_LOCK('a', 1)")]
    public async Task A_session_with_something_at_a_server_asks_there(string before)
    {
        await using var node = new TestNode(connections: 2);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync(Set);
        await second.QueryAsync(before);
        Assert.True((await second.QueryAsync(Set)).Succeeded);
        Assert.Equal(2, node.Server.Queries.Count(q => q == Set));
    }

    [Fact]
    public async Task A_client_that_understands_another_format_asks_the_server()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync(flags: Old));
        await first.QueryAsync("SELECT @@time_zone");
        Assert.Equal("SYSTEM", (await second.QueryAsync("SELECT @@time_zone")).Value);
        Assert.Equal(2, node.Server.Queries.Count(q => q == "SELECT @@time_zone"));
    }

    [Fact]
    public async Task What_depends_on_a_global_is_asked_again_when_globals_have_changed()
    {
        const string Reset = "SET time_zone = DEFAULT";
        await using var node = new TestNode(connections: 1);
        var clients = new[] { await node.LogInAsync(), await node.LogInAsync(), await node.LogInAsync() };
        foreach (var client in clients)
        {
            await client.QueryAsync("SET time_zone = '+08:00'");
        }

        await clients[0].QueryAsync(Reset);
        await node.RestAsync();
        await clients[1].QueryAsync(Reset);
        Assert.Single(node.Server.Queries, Reset);
        node.Server.Globals["time_zone"] = "+05:00";
        await node.Backend.RefreshBaselineAsync(CancellationToken.None);
        await clients[2].QueryAsync(Reset);
        Assert.Equal(2, node.Server.Queries.Count(q => q == Reset));
        Assert.Equal("SYSTEM", (await clients[1].QueryAsync(Ask)).Value);
    }

    [Theory]
    [InlineData("SET NAMES DEFAULT")]
    [InlineData("SET CHARACTER SET DEFAULT")]
    [InlineData("SET collation_connection = DEFAULT")]
    [InlineData("SELECT @@global.collation_connection")]
    public async Task A_global_that_the_baseline_hides_is_asked_for_each_time(string sql)
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync(sql);
        await node.RestAsync();
        node.Server.Globals["collation_connection"] = "another";
        await node.Backend.RefreshBaselineAsync(CancellationToken.None);
        await second.QueryAsync(sql);
        Assert.Equal(2, node.Server.Queries.Count(q => q == sql));
    }

    [Fact]
    public async Task What_clients_read_when_they_start_is_remembered_while_the_baseline_holds()
    {
        const string Read = "SELECT @@version_comment LIMIT 1";
        await using var node = new TestNode(connections: 1);
        node.Server.Fixed["version_comment"] = ("fake", 1238);
        var table = node.Backend.Fingerprints;
        table.Catalogue = new Actors.Settings.VariableCatalogue(node.Server.Globals, ["version_comment"], FakeVariables.Collations);
        await node.Backend.RefreshBaselineAsync(CancellationToken.None);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        Assert.Equal("fake", (await first.QueryAsync(Read)).Value);
        await node.RestAsync();
        Assert.Equal("fake", (await second.QueryAsync(Read)).Value);
        Assert.Single(node.Server.Queries, Read);
        node.Server.Fixed["version_comment"] = ("upgraded", 1238);
        await node.Backend.RefreshBaselineAsync(CancellationToken.None);
        Assert.Equal("upgraded", (await second.QueryAsync(Read)).Value);
    }

    [Fact]
    public async Task What_was_seen_under_other_settings_says_nothing()
    {
        const string Append = "SELECT @@collation_connection, 1";
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync(collation: 8));
        Assert.Equal("utf8mb4_general_ci", (await first.QueryAsync(Append)).Value);
        await node.RestAsync();
        Assert.Equal("latin1_swedish_ci", (await second.QueryAsync(Append)).Value);
        Assert.Equal(0, node.Backend.Metrics.Remembered.Value);
    }

    [Theory]
    [InlineData(4000, 1)]
    [InlineData(5000, 0)]
    public async Task Long_texts_are_not_remembered(int length, int remembered)
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        var text = Set.PadRight(length);
        await first.QueryAsync(text);
        await node.RestAsync();
        await second.QueryAsync(text);
        Assert.Equal(remembered, node.Backend.Metrics.Remembered.Value);
        Assert.Equal("+01:00", (await second.QueryAsync(Ask)).Value);
    }

    [Theory]
    [InlineData(1000, 1)]
    [InlineData(9000, 0)]
    public async Task What_leaves_long_warnings_is_not_remembered(int length, int remembered)
    {
        await using var node = new TestNode(connections: 1);
        node.Server.Script = (c, s) => s.Text == "SHOW WARNINGS" ? FakeServerReply.Rows(c.Session.Status, "Message", [new string('x', length)])
            : s.Text == Set ? FakeServerReply.Ok(c.Session.Status, warnings: 1)
            : null;
        foreach (var client in (FakeClient[])[await node.LogInAsync(), await node.LogInAsync()])
        {
            await client.QueryAsync(Set);
            await node.RestAsync();
        }

        Assert.Equal(remembered, node.Backend.Metrics.Remembered.Value);
    }

    [Fact]
    public async Task A_choice_of_a_database_leaves_each_session_its_own_warnings()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second, third) = (await node.LogInAsync(), await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("INSERT IGNORE 1");
        await node.HoldsAsync(first, true);
        node.Time.Advance(TimeSpan.FromSeconds(2));
        await node.HoldsAsync(first, false);
        await first.RunAsync(CommandCode.InitDb, "a"u8.ToArray());
        await node.RestAsync();

        await second.RunAsync(CommandCode.InitDb, "a"u8.ToArray());
        await third.QueryAsync("INSERT IGNORE 3");
        await node.HoldsAsync(third, true);
        await third.RunAsync(CommandCode.InitDb, "a"u8.ToArray());
        Assert.Equal(2, node.Backend.Metrics.Remembered.Value);
        Assert.Empty((await second.QueryAsync("SHOW WARNINGS")).Rows!);
        Assert.Equal("ignored by INSERT IGNORE 3", Assert.Single((await third.QueryAsync("SHOW WARNINGS")).Rows!));
        Assert.Equal("ignored by INSERT IGNORE 1", Assert.Single((await first.QueryAsync("SHOW WARNINGS")).Rows!));
    }

    /// <summary>A user variable that cannot travel keeps the connection, after the SET was answered from memory.</summary>
    [Fact]
    public async Task A_held_connection_is_brought_to_what_was_answered_from_memory()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await second.QueryAsync(Set);
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
        await first.QueryAsync(Set);
        await node.PinnedAsync(first, PinReasons.UserVariables);
        Assert.Single(node.Server.Queries, Set);
        await first.QueryAsync("SELECT 1");
        Assert.Equal("+01:00", zone);
    }

    // What an execute answers as it is, and the time zone afterwards; the statement is closed.
    private static async Task<(string Answer, string? Zone)> ExecuteAsync(TestNode node, FakeClient client, string sql)
    {
        var id = await client.PrepareAsync(sql);
        await node.RestAsync();
        await client.SendAsync(CommandCode.StmtExecute, [.. BitConverter.GetBytes(id), 0, 1, 0, 0, 0]);
        var buffer = new byte[4096];
        var answer = Convert.ToHexString(buffer, 0, await client.ReadRawAsync(buffer));
        await node.RestAsync();
        await client.CloseStatementAsync(id);
        return (answer, (await client.QueryAsync(Ask)).Value);
    }

    private static async Task<byte[]> ReadAsync(FakeClient client, string sql)
    {
        await client.SendAsync(CommandCode.Query, Encoding.UTF8.GetBytes(sql));
        var buffer = new byte[4096];
        return buffer[..await client.ReadRawAsync(buffer)];
    }
}
