using Pool.Actors.Backends;
using Pool.Actors.Sessions;
using Pool.Testing;
using Pool.Wire.Commands;

namespace Pool.Actors.Tests.Prepared;

/// <summary>A session's prepared statements work on every connection, and keep none.</summary>
public sealed class SharingTests
{
    [Fact]
    public async Task Twenty_sessions_execute_their_statements_on_two_connections()
    {
        await using var node = new TestNode(connections: 2);
        var clients = new List<(FakeClient Client, uint Id)>();
        for (var i = 0; i < 20; i++)
        {
            var client = await node.LogInAsync();
            clients.Add((client, await client.PrepareAsync("SELECT a")));
        }

        for (var round = 0; round < 3; round++)
        {
            await Task.WhenAll(clients.Select(async c => Assert.Equal("SELECT a", (await c.Client.ExecuteAsync(c.Id)).Value)));
        }

        Assert.All(clients, c => Assert.Equal(PinReasons.None, node.SessionOf(c.Client).Pins));
        Assert.True(node.Server.Count(CommandCode.StmtPrepare) <= 22, $"{node.Server.Count(CommandCode.StmtPrepare)} prepares");
        Assert.Equal(1, node.Backend.StatementTexts);
    }

    [Fact]
    public async Task Ids_are_the_sessions_own()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        Assert.Equal(1u, await first.PrepareAsync("SELECT a"));
        Assert.Equal(2u, await first.PrepareAsync("SELECT b"));
        Assert.Equal(1u, await second.PrepareAsync("SELECT c"));
        Assert.Equal("SELECT a", (await first.ExecuteAsync(1)).Value);
        Assert.Equal("SELECT c", (await second.ExecuteAsync(1)).Value);
        Assert.Equal("SELECT b", (await first.ExecuteAsync(2)).Value);
    }

    [Fact]
    public async Task A_statement_moves_to_another_connection_while_its_own_is_busy()
    {
        await using var node = new TestNode(connections: 2);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        var id = await first.PrepareAsync("SELECT a");
        await second.QueryAsync("BEGIN");
        Assert.Equal("SELECT a", (await first.ExecuteAsync(id)).Value);
        await first.QueryAsync("BEGIN");
        await second.QueryAsync("COMMIT");
        Assert.Equal("SELECT a", (await first.ExecuteAsync(id)).Value);
        await first.QueryAsync("COMMIT");
        await node.PinnedAsync(first, PinReasons.None);
    }

    [Fact]
    public async Task Types_that_a_session_left_out_are_its_own()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        var (mine, others) = (await first.PrepareAsync("SELECT ?"), await second.PrepareAsync("SELECT ?"));
        Assert.Equal("SELECT ? of 0300", (await first.ExecuteAsync(mine, Executes.Int)).Value);
        Assert.Equal("SELECT ? of 0800", (await second.ExecuteAsync(others, Executes.Long)).Value);
        Assert.Equal("SELECT ? of 0300", (await first.ExecuteAsync(mine, types: null)).Value);
        Assert.Equal("SELECT ? of 0800", (await second.ExecuteAsync(others, types: null)).Value);
    }

    [Fact]
    public async Task A_session_that_never_sent_types_gets_none_of_anothers()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        var (mine, others) = (await first.PrepareAsync("SELECT ?"), await second.PrepareAsync("SELECT ?"));
        await first.ExecuteAsync(mine, Executes.Int);
        Assert.Equal("SELECT ? of none", (await second.ExecuteAsync(others, types: null)).Value);
    }

    [Fact]
    public async Task Closing_is_local_and_reset_forgets_all()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        var (first, second) = (await client.PrepareAsync("SELECT a"), await client.PrepareAsync("SELECT b"));
        await client.CloseStatementAsync(first);
        Assert.Equal(1243, (await client.ExecuteAsync(first)).Error);
        Assert.Equal("SELECT b", (await client.ExecuteAsync(second)).Value);
        Assert.Equal(0, node.Server.Count(CommandCode.StmtClose));

        await client.RunAsync(CommandCode.ResetConnection);
        var unknown = await client.ExecuteAsync(second);
        Assert.Equal((1243, "Unknown prepared statement handler (2) given to mysql_stmt_precheck"), (unknown.Error, unknown.Text));
    }

    [Fact]
    public async Task Texts_are_forgotten_with_the_sessions_and_connections_that_have_them()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        await client.PrepareAsync("SELECT a");
        Assert.Equal(1, node.Backend.StatementTexts);
        await client.SendAsync(CommandCode.Quit);
        await TestNode.UntilAsync(() => node.Services.Sessions.Count == 0, "the session ends");
        Assert.Equal(1, node.Backend.StatementTexts);
        node.Server.Live.ToList().ForEach(c => c.End());
        var other = await node.LogInAsync();
        await other.QueryAsync("SELECT 1");
        await TestNode.UntilAsync(
            () =>
            {
                node.Time.Advance(TimeSpan.FromMilliseconds(250));
                return node.Backend.StatementTexts == 0;
            },
            "the text is forgotten");
    }

    [Fact]
    public async Task The_least_recently_used_statement_makes_room()
    {
        await using var node = new TestNode(connections: 1);
        node.Backend.MaxStatementsPerConnection = 2;
        var client = await node.LogInAsync();
        var (a, b) = (await client.PrepareAsync("SELECT a"), await client.PrepareAsync("SELECT b"));
        await client.ExecuteAsync(a);
        var c = await client.PrepareAsync("SELECT c");
        Assert.Equal("SELECT a", (await client.ExecuteAsync(a)).Value);
        Assert.Equal(2, node.Server.Live.Max(s => s.Session.Prepared));
        Assert.Equal(0, node.Backend.Metrics.PreparesOnDemand.Value);
        Assert.Equal("SELECT b", (await client.ExecuteAsync(b)).Value);
        Assert.Equal("SELECT c", (await client.ExecuteAsync(c)).Value);
        Assert.Equal((2, 3), (node.Backend.Metrics.PreparesOnDemand.Value, node.Backend.Metrics.StatementsEvicted.Value));
    }

    [Fact]
    public async Task A_statement_is_prepared_as_it_was_when_the_session_has_changed_since()
    {
        await using var node = new TestNode(connections: 1);
        node.Backend.MaxStatementsPerConnection = 1;
        var client = await node.LogInAsync(database: "one");
        await client.QueryAsync("SET sql_mode = 'ANSI_QUOTES'");
        var id = await client.PrepareAsync("SELECT a");
        await client.QueryAsync("SET sql_mode = ''");
        await client.QueryAsync("USE two");
        await client.PrepareAsync("SELECT b");
        Assert.Equal("SELECT a in one with ANSI_QUOTES", (await client.ExecuteAsync(id)).Value);
        Assert.Equal("two", (await client.QueryAsync("SELECT DATABASE()")).Value);
        Assert.Equal("", (await client.QueryAsync("SELECT @@sql_mode")).Value);
    }

    /// <summary>MySQL looks at some variables when it prepares a statement, and not when it executes it.</summary>
    [Fact]
    public async Task A_statement_is_shared_only_by_sessions_under_whose_variables_it_would_be_prepared_alike()
    {
        await using var node = new TestNode(connections: 1);
        var lengths = new List<string>();
        node.Server.Script = (connection, statement) =>
        {
            if (statement.Command == CommandCode.StmtPrepare)
            {
                lengths.Add(connection.Session.Settings["group_concat_max_len"]);
            }

            return null;
        };
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("SET group_concat_max_len = 4");
        await first.PrepareAsync("SELECT a");
        await second.ExecuteAsync(await second.PrepareAsync("SELECT a"));
        await node.RestAsync();
        Assert.Equal(["4", "1024"], lengths);
    }

    [Fact]
    public async Task What_cannot_be_prepared_again_is_the_servers_own_error()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        var id = await client.PrepareAsync("SELECT a");
        var other = await node.LogInAsync();
        await other.QueryAsync("CREATE TEMPORARY TABLE t (a INT)");
        await other.RunAsync(CommandCode.ResetConnection);
        node.Server.Script = (_, s) => s.Command == CommandCode.StmtPrepare ? FakeServerReply.Error(1146, "Table 'a' doesn't exist", "42S02") : null;
        Assert.Equal((1146, "Table 'a' doesn't exist"), await client.ExecuteAsync(id) is var r ? (r.Error, r.Text) : default);
        node.Server.Script = null;
        Assert.Equal("SELECT a", (await client.ExecuteAsync(id)).Value);
    }

    [Fact]
    public async Task A_server_with_too_many_statements_gets_another_chance()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        var (a, _) = (await client.PrepareAsync("SELECT a"), await client.PrepareAsync("SELECT b"));
        node.Backend.MaxStatementsPerConnection = 1;
        await client.PrepareAsync("SELECT c");
        var refused = false;
        node.Server.Script = (_, s) => s.Command == CommandCode.StmtPrepare && !refused && (refused = true)
            ? FakeServerReply.Error(1461, "Can't create more than max_prepared_stmt_count statements", "42000") : null;
        Assert.Equal("SELECT a", (await client.ExecuteAsync(a)).Value);
        Assert.True(refused);
        Assert.Equal(1, node.Server.Live.Max(s => s.Session.Prepared));
    }

    [Fact]
    public async Task A_session_may_have_only_so_many_statements()
    {
        await using var node = new TestNode(connections: 1);
        node.Services.Limits = new SessionLimits { MaxStatementsPerSession = 2 };
        var client = await node.LogInAsync();
        await client.PrepareAsync("SELECT a");
        await client.PrepareAsync("SELECT b");
        var result = await client.RunAsync(CommandCode.StmtPrepare, [.. "SELECT c"u8]);
        Assert.Equal(1461, result.Error);
        Assert.Contains("MaxStatementsPerSession", result.Text, StringComparison.Ordinal);
        await client.CloseStatementAsync(1);
        Assert.Equal(3u, await client.PrepareAsync("SELECT c"));
    }

    [Fact]
    public async Task A_connection_id_is_the_sessions_own()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        var (mine, others) = (await first.PrepareAsync("SELECT CONNECTION_ID()"), await second.PrepareAsync("SELECT CONNECTION_ID()"));
        Assert.Contains($"{first.ConnectionId}", (await first.ExecuteAsync(mine)).Value, StringComparison.Ordinal);
        Assert.Contains($"{second.ConnectionId}", (await second.ExecuteAsync(others)).Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Counts_are_of_the_sessions_own_last_statement()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        var id = await first.PrepareAsync("SELECT FOUND_ROWS()");
        await first.QueryAsync("SELECT a LIMIT 7");
        await second.QueryAsync("SELECT b LIMIT 3");
        Assert.Contains("CAST(7 AS SIGNED)", (await first.ExecuteAsync(id)).Value, StringComparison.Ordinal);
        Assert.Contains("CAST(1 AS SIGNED)", (await first.ExecuteAsync(id)).Value, StringComparison.Ordinal);
        await first.PrepareAsync("SELECT c");
        Assert.Equal(2, node.Server.Live.Max(s => s.Session.Prepared));
    }

    [Theory]
    [InlineData(ServerFlavour.MariaDb, 0)]
    [InlineData(ServerFlavour.MySql, 1243)]
    public async Task The_last_prepared_statement_has_a_name_of_its_own_on_MariaDB(ServerFlavour flavour, int error)
    {
        await using var node = new TestNode(connections: 1, flavour: flavour);
        var client = await node.LogInAsync();
        await client.PrepareAsync("SELECT a");
        await client.PrepareAsync("SELECT b");
        var result = await client.ExecuteAsync(uint.MaxValue);
        Assert.Equal(error, result.Error);
        Assert.True(error != 0 || result.Value == "SELECT b");
    }
}
