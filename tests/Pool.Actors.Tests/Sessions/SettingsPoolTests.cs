using Pool.Actors.Sessions;
using Pool.Testing;

namespace Pool.Actors.Tests.Sessions;

public sealed class SettingsPoolTests
{
    private const string Set = "SET SESSION time_zone = '+01:00'";
    private const string Ask = "SELECT @@time_zone FROM state";

    [Fact]
    public async Task A_SET_pins_nobody_and_follows_the_session_to_another_connection()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        Assert.True((await first.QueryAsync(Set)).Succeeded);
        await node.RestAsync();
        await node.PinnedAsync(first, PinReasons.None);
        node.Server.Live.Single(c => c.Session.Settings["time_zone"] == "+01:00").End();
        node.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("SYSTEM", (await second.QueryAsync(Ask)).Value);
        Assert.Equal("+01:00", (await first.QueryAsync(Ask)).Value);
        Assert.Equal("SYSTEM", (await second.QueryAsync(Ask)).Value);
    }

    [Fact]
    public async Task A_SET_in_a_transaction_holds_after_it_and_pins_nobody()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("BEGIN");
        await first.QueryAsync(Set);
        await node.HoldsAsync(first, true);
        await node.PinnedAsync(first, PinReasons.Transaction);
        await first.QueryAsync("COMMIT");
        await node.RestAsync();
        Assert.Equal("SYSTEM", (await second.QueryAsync(Ask)).Value);
        Assert.Equal("+01:00", (await first.QueryAsync(Ask)).Value);
    }

    [Fact]
    public async Task What_only_a_tracker_tells_follows_the_session()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        node.Server.Script = (c, s) =>
        {
            if (s.Text != "INSERT 1")
            {
                return null;
            }

            c.Session.Settings["time_zone"] = "+03:00";
            return FakeServerReply.Ok(c.Session.Status, changes: FakeServerReply.VariableChange("time_zone", "+03:00"));
        };
        await first.QueryAsync("INSERT 1");
        await node.RestAsync();
        Assert.Equal("SYSTEM", (await second.QueryAsync(Ask)).Value);
        Assert.Equal("+03:00", (await first.QueryAsync(Ask)).Value);
    }

    [Fact]
    public async Task A_report_of_what_is_known_costs_nothing()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        node.Server.Script = (c, s) => s.Text == "INSERT 1"
            ? FakeServerReply.Ok(c.Session.Status, changes: FakeServerReply.VariableChange("autocommit", "ON")) : null;
        await client.QueryAsync("SELECT 1");
        await client.QueryAsync("INSERT 1");
        await node.RestAsync();
        Assert.DoesNotContain(node.Server.Log.SkipWhile(s => s.Text != "INSERT 1"), SettingsFaultTests.IsSnapshot);
    }

    [Theory]
    [InlineData("timestamp")]
    [InlineData("nobody_knows_this")]
    public async Task A_variable_that_no_snapshot_holds_pins(string name)
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        node.Server.Script = (c, s) => s.Text == "SELECT 1"
            ? FakeServerReply.Ok(c.Session.Status, changes: FakeServerReply.VariableChange(name, "1")) : null;
        await client.QueryAsync("SELECT 1");
        await node.HoldsAsync(client, true);
        await node.PinnedAsync(client, PinReasons.ConnectionValue);
    }

    [Fact]
    public async Task A_variable_that_cannot_be_moved_pins_until_it_is_back()
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        await client.QueryAsync("SET sql_auto_is_null = 1");
        await node.HoldsAsync(client, true);
        Assert.Equal((PinReasons.Variables, 1), (node.SessionOf(client).Pins, node.Backend.Pinned));
        await client.QueryAsync("SET sql_auto_is_null = 0");
        await node.HoldsAsync(client, false);
        Assert.Equal(0, node.Backend.Pinned);
    }

    [Fact]
    public async Task The_warning_of_a_SET_is_shown_after_others_used_the_connection()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        var clamps = false;
        node.Server.Script = (c, s) =>
        {
            clamps = s.Text == "SHOW WARNINGS" ? clamps : s.Text == "SET group_concat_max_len = 1";
            return s.Text == "SHOW WARNINGS" ? FakeServerReply.Rows(c.Session.Status, "Message", clamps ? ["clamped"] : [])
                : clamps ? FakeServerReply.Ok(c.Session.Status, warnings: 1) : null;
        };
        Assert.Equal(1, (await first.QueryAsync("SET group_concat_max_len = 1")).Warnings);
        await second.QueryAsync("SELECT 2");
        Assert.Equal("clamped", (await first.QueryAsync("SHOW WARNINGS")).Value);

        // From memory now.
        Assert.Equal(1, (await second.QueryAsync("SET group_concat_max_len = 1")).Warnings);
        await first.QueryAsync("SELECT 1");
        Assert.Equal("clamped", (await second.QueryAsync("SHOW WARNINGS")).Value);
        Assert.Single(node.Server.Queries, "SET group_concat_max_len = 1");
    }

    [Fact]
    public async Task A_server_that_became_another_one_gets_what_it_knows_of_the_settings()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        await client.QueryAsync(Set);
        await node.RestAsync();
        node.Server.Globals["zz_new"] = "7";
        node.Backend.Fingerprints.Catalogue = new Actors.Settings.VariableCatalogue(node.Server.Globals, [], FakeVariables.Collations);
        node.Server.Live.Single().End();
        await node.Backend.RefreshBaselineAsync(CancellationToken.None);
        node.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("SELECT 1", (await client.QueryAsync("SELECT 1")).Value);
        Assert.Equal("+01:00", (await client.QueryAsync(Ask)).Value);
        Assert.Equal("7", (await client.QueryAsync("SELECT @@zz_new FROM state")).Value);
    }

    [Fact]
    public async Task Reserved_sessions_keep_their_connections()
    {
        await using var node = new TestNode(connections: 2);
        node.Backend.SharesSettings = false;
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync(Set);
        await second.QueryAsync(Set);
        await node.HoldsAsync(first, true);
        await node.HoldsAsync(second, true);
        await node.PinnedAsync(first, PinReasons.Variables);
        Assert.Equal("+01:00", (await first.QueryAsync(Ask)).Value);
        Assert.Equal(2, node.Server.Queries.Count(q => q == Set));
    }
}
