using Pool.Actors.Sessions;
using Pool.Actors.Settings;
using Pool.Actors.Tests.Prepared;
using Pool.Testing;
using Pool.Wire.Commands;
using Pool.Wire.Handshake;

namespace Pool.Actors.Tests.Sessions;

public sealed class SettingsFaultTests
{
    private const string Set = "SET time_zone = '+01:00'";
    private const string Ask = "SELECT @@time_zone FROM state";

    [Fact]
    public async Task A_SET_whose_connection_was_lost_leaves_nothing_in_the_memory()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        node.Server.Script = (_, s) => s.Text == Set ? FakeServerReply.None with { CutAt = 0 } : null;
        Assert.False((await first.QueryAsync(Set)).Succeeded);
        node.Server.Script = null;
        Assert.Equal("SELECT 1", (await first.QueryAsync("SELECT 1")).Value);
        Assert.Null((await second.QueryAsync(Set)).Rows);
        Assert.Equal("+01:00", (await second.QueryAsync(Ask)).Value);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1317)]
    public async Task A_repaint_that_fails_in_a_transaction_ends_the_session_and_not_the_transaction_alone(ushort error)
    {
        await using var node = new TestNode(connections: 2);
        var client = await node.LogInAsync();
        await client.QueryAsync("SET wait_timeout = 5");
        for (var i = 0; i < 2; i++)
        {
            await client.QueryAsync("BEGIN");
            Assert.Equal("5", (await client.QueryAsync("SELECT @@wait_timeout FROM state")).Value);
            await client.QueryAsync("COMMIT");
        }

        await client.QueryAsync("BEGIN");
        node.Server.Script = (_, s) => !s.Text.StartsWith("SET wait_timeout", StringComparison.Ordinal) ? null
            : error == 0 ? FakeServerReply.None with { CutAt = 0 } : FakeServerReply.Error(error, "interrupted");
        var result = await client.QueryAsync("SELECT @@wait_timeout FROM state");
        Assert.False(result.Succeeded);
        node.Server.Script = null;
        Assert.True((await client.QueryAsync("COMMIT")).IsClosed, $"the session goes on after {result}");
    }

    [Fact]
    public async Task A_reset_that_finds_no_place_for_its_settings_is_not_said_to_have_happened()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync(flags: FakeClient.Flags | Capabilities.MultiStatements);
        await client.QueryAsync(Set);
        await FillAsync(node);
        var reset = await client.RunAsync(CommandCode.ResetConnection);
        Assert.False(reset.Succeeded);
        Assert.True((await client.QueryAsync("SELECT 1")).IsClosed);
    }

    [Fact]
    public async Task An_option_that_finds_no_place_for_its_settings_is_refused_and_not_set()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        await client.QueryAsync(Set);
        await FillAsync(node);
        Assert.Equal(1105, (await client.RunAsync(CommandCode.SetOption, 0, 0)).Error);
        Assert.Equal("+01:00", (await client.QueryAsync(Ask)).Value);
        Assert.DoesNotContain(node.Server.Log, s => s.Command == CommandCode.SetOption && s.Payload[1] == 0);
    }

    [Fact]
    public async Task Settings_that_find_no_place_keep_their_connection()
    {
        await using var node = new TestNode(connections: 2);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await second.QueryAsync("SELECT 1");
        await FillAsync(node);
        await first.QueryAsync(Set);
        await node.HoldsAsync(first, true);
        await node.PinnedAsync(first, PinReasons.FingerprintLimit);
        Assert.Equal("+01:00", (await first.QueryAsync(Ask)).Value);
        await first.QueryAsync("SET time_zone = '+02:00'");
        Assert.Equal("+02:00", (await first.QueryAsync(Ask)).Value);
        Assert.Equal("SYSTEM", (await second.QueryAsync(Ask)).Value);
        await first.SendAsync(CommandCode.Quit);
        await node.RestAsync();
        Assert.Equal("SYSTEM", (await second.QueryAsync(Ask)).Value);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_statement_is_prepared_under_settings_for_which_there_is_no_place(bool isVerified)
    {
        await using var node = new TestNode(connections: 1);
        node.Backend.MaxStatementsPerConnection = 1;
        var (other, client) = (await node.LogInAsync(), await node.LogInAsync());
        if (isVerified)
        {
            await MoveStatementAsync(node, other, fills: false);
            await other.SendAsync(CommandCode.Quit);
        }

        await MoveStatementAsync(node, client, fills: true);
    }

    // A statement that its connection has given up is prepared again by a session that reads texts in another way now.
    private static async Task MoveStatementAsync(TestNode node, FakeClient client, bool fills)
    {
        var id = await client.PrepareAsync("SELECT a");
        await client.QueryAsync("SET sql_mode = 'ANSI_QUOTES'");
        await client.QueryAsync(Set);
        await client.PrepareAsync("SELECT b");
        if (fills)
        {
            await FillAsync(node);
        }

        Assert.Equal("SELECT a", (await client.ExecuteAsync(id)).Value);
        Assert.Equal("+01:00", (await client.QueryAsync(Ask)).Value);
        Assert.Equal("ANSI_QUOTES", (await client.QueryAsync("SELECT @@sql_mode FROM state")).Value);
    }

    [Fact]
    public async Task A_connection_lost_between_a_SET_and_the_reading_of_the_variables_is_not_passed_over()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await second.QueryAsync("SELECT 1");
        node.Server.Script = (c, s) => c.ThreadId == 1 && c.Session.Settings["time_zone"] == "+01:00" && IsSnapshot(s) ? FakeServerReply.None with { CutAt = 0 } : null;
        Assert.True((await first.QueryAsync(Set)).Succeeded);
        Assert.False((await first.QueryAsync("SELECT 1")).Succeeded);
        Assert.True((await first.QueryAsync("SELECT 1")).IsClosed);
        Assert.Equal("SYSTEM", (await second.QueryAsync(Ask)).Value);
    }

    [Fact]
    public async Task A_SET_that_fails_changes_nothing()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        node.Server.Script = (_, s) => s.Text.StartsWith("SET nonsense", StringComparison.Ordinal) ? FakeServerReply.Error(1193, "Unknown system variable 'nonsense'") : null;
        Assert.Equal(1193, (await first.QueryAsync("SET nonsense = 1")).Error);
        await node.RestAsync();
        Assert.Equal("SYSTEM", (await first.QueryAsync(Ask)).Value);
        Assert.Equal(1193, (await second.QueryAsync("SET nonsense = 1")).Error);
        Assert.Equal(2, node.Server.Queries.Count(q => q == "SET nonsense = 1"));
        Assert.Single(node.Server.Live);
    }

    [Fact]
    public async Task A_SET_that_fails_half_way_has_done_what_it_has_done_for_its_session_alone()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        node.Server.Script = (c, s) =>
        {
            if (!s.Text.StartsWith("SET half", StringComparison.Ordinal))
            {
                return null;
            }

            c.Session.Settings["time_zone"] = "+09:00";
            return FakeServerReply.Error(1231, "wrong value");
        };
        Assert.Equal(1231, (await first.QueryAsync("SET half = 1")).Error);
        Assert.Equal("SYSTEM", (await second.QueryAsync(Ask)).Value);
        Assert.Equal("+09:00", (await first.QueryAsync(Ask)).Value);
        Assert.Single(node.Server.Live);
    }

    internal static bool IsSnapshot(FakeStatement statement) => statement.Text.StartsWith("SELECT CAST(CONCAT_WS(", StringComparison.Ordinal);

    private static async Task FillAsync(TestNode node)
    {
        await node.RestAsync();

        // The control connection holds the baseline's place, as it does in a node.
        await node.Backend.RefreshBaselineAsync(CancellationToken.None);
        var table = node.Backend.Fingerprints;
        var connectionClass = node.Backend.Pool.Options.DefaultClass;
        for (var i = 0; table.Acquire(connectionClass, FakeVariables.In($"made up {i}")) != Fingerprint.None; i++)
        {
        }
    }
}
