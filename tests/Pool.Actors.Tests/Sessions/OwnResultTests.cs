using Pool.Actors.Backends;
using Pool.Actors.Tests.Prepared;
using Pool.Testing;
using Pool.Wire.Commands;

namespace Pool.Actors.Tests.Sessions;

/// <summary>What a session may ask about its own past is its own, on whichever connection it asks.</summary>
public sealed class OwnResultTests
{
    [Fact]
    public async Task A_prepared_statement_never_tells_the_counts_of_another_session()
    {
        await using var node = new TestNode(connections: 1);
        node.Backend.SharesSettings = false;
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("SELECT 7");

        await second.PrepareAsync("SELECT FOUND_ROWS()");

        Assert.Equal(["SELECT 7", "SELECT 1"], node.Server.Queries.TakeLast(2));
    }

    [Fact]
    public async Task Each_session_has_its_own_connection_id_row_count_and_found_rows()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("INSERT 1");
        await second.QueryAsync("SELECT a LIMIT 7");
        Assert.Contains("1", (await first.QueryAsync("SELECT ROW_COUNT()")).Value, StringComparison.Ordinal);
        Assert.Contains("7", (await second.QueryAsync("SELECT FOUND_ROWS()")).Value, StringComparison.Ordinal);
        Assert.Contains($"{first.ConnectionId}", (await first.QueryAsync("SELECT CONNECTION_ID()")).Value, StringComparison.Ordinal);
        Assert.DoesNotContain("SELECT CONNECTION_ID()", node.Server.Queries);
    }

    [Theory]
    [InlineData(CommandCode.Query)]
    [InlineData(CommandCode.StmtPrepare)]
    public async Task The_holder_of_a_lock_is_compared_with_the_servers_thread(CommandCode command)
    {
        const string Compares = "SELECT IS_USED_LOCK('job') = CONNECTION_ID()";
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        await client.QueryAsync("SELECT GET_LOCK('job', 1)");
        var isPrepared = command == CommandCode.StmtPrepare;
        Assert.True((isPrepared ? await client.ExecuteAsync(await client.PrepareAsync(Compares)) : await client.QueryAsync(Compares)).Succeeded);
        Assert.Contains(node.Server.Log, s => s.Command == command && s.Text == Compares);
    }

    [Fact]
    public async Task The_insert_id_is_read_before_the_connection_serves_another()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        var mine = (await first.QueryAsync("INSERT 1")).InsertId;
        var other = (await second.QueryAsync("INSERT 2")).InsertId;
        Assert.Equal($"{mine}", (await first.QueryAsync("SELECT LAST_INSERT_ID()")).Value);
        Assert.Equal($"{other}", (await second.QueryAsync("SELECT LAST_INSERT_ID()")).Value);
        Assert.Equal($"{mine}", (await first.QueryAsync("SELECT LAST_INSERT_ID()")).Value);
    }

    [Fact]
    public async Task A_session_that_never_inserted_has_the_insert_id_0()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("INSERT 1");
        Assert.Equal("0", (await second.QueryAsync("SELECT LAST_INSERT_ID()")).Value);
    }

    [Fact]
    public async Task A_statement_too_large_to_be_read_first_has_the_sessions_insert_id_too()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        var mine = (await first.QueryAsync("INSERT 1")).InsertId;
        await second.QueryAsync("INSERT 2");
        await first.QueryAsync($"INSERT VALUES (LAST_INSERT_ID(), '{new string('x', 20_000)}')");
        var log = node.Server.Log.ToList();
        var large = log.FindIndex(s => s.Payload.Length > 20_000);
        Assert.Equal($"SET last_insert_id = {mine}", log[large - 1].Text);
    }

    [Fact]
    public async Task A_refused_restore_inside_a_transaction_leaves_the_transaction_alone()
    {
        await using var node = new TestNode(connections: 1);
        node.Server.Script = (_, statement) => statement.Text.StartsWith("SET last_insert_id", StringComparison.Ordinal)
            ? FakeServerReply.Error(3024, "Query execution was interrupted")
            : null;
        var client = await node.LogInAsync();
        await client.QueryAsync("INSERT 1");
        await client.QueryAsync("BEGIN");
        Assert.Equal(3024, (await client.QueryAsync("SELECT LAST_INSERT_ID()")).Error);
        await node.HoldsAsync(client, true);
        Assert.DoesNotContain(node.Server.Log.SkipWhile(s => s.Text != "BEGIN"), s => s.Command == CommandCode.ResetConnection);
    }

    [Theory]
    [InlineData(ServerFlavour.MySql)]
    [InlineData(ServerFlavour.MariaDb)]
    public async Task Show_warnings_never_shows_another_sessions(ServerFlavour flavour)
    {
        await using var node = new TestNode(connections: 1, flavour: flavour);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("INSERT IGNORE 1");
        await first.SendAsync(CommandCode.Quit);
        await node.RestAsync();
        Assert.Empty((await second.QueryAsync("SHOW WARNINGS")).Rows!);
    }

    /// <summary>BEGIN keeps the connection, and on MariaDB it keeps the warnings that are there.</summary>
    [Theory]
    [InlineData(ServerFlavour.MySql)]
    [InlineData(ServerFlavour.MariaDb)]
    public async Task Show_warnings_in_a_transaction_never_shows_another_sessions(ServerFlavour flavour)
    {
        await using var node = new TestNode(connections: 1, flavour: flavour);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("INSERT IGNORE 1");
        await first.QueryAsync("SELECT 1");
        await second.QueryAsync("BEGIN");
        Assert.Empty((await second.QueryAsync("SHOW WARNINGS")).Rows!);
    }
}
