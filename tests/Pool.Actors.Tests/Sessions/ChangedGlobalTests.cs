using Pool.Actors.Sessions;
using Pool.Actors.Settings;
using Pool.Testing;
using Pool.Wire.Commands;

namespace Pool.Actors.Tests.Sessions;

public sealed class ChangedGlobalTests
{
    private const string Ask = "SELECT @@time_zone FROM state";

    [Fact]
    public async Task A_session_keeps_the_globals_that_it_started_with_also_on_new_connections()
    {
        await using var node = new TestNode(connections: 1);
        var old = await node.LogInAsync();
        Assert.Equal("SYSTEM", (await old.QueryAsync(Ask)).Value);
        node.Server.Globals["time_zone"] = "+05:00";
        await node.Backend.RefreshBaselineAsync(CancellationToken.None);
        var fresh = await node.LogInAsync();
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("+05:00", (await fresh.QueryAsync(Ask)).Value);
            Assert.Equal("SYSTEM", (await old.QueryAsync(Ask)).Value);
            foreach (var connection in node.Server.Live)
            {
                connection.End();
            }

            node.Time.Advance(TimeSpan.FromSeconds(10));
        }
    }

    [Fact]
    public async Task A_session_that_sets_a_global_is_followed_by_new_sessions_at_once_and_not_by_itself()
    {
        await using var node = new TestNode(connections: 1);
        var (old, setter) = (await node.LogInAsync(), await node.LogInAsync());
        Assert.True((await setter.QueryAsync("SET GLOBAL time_zone = '+05:00'")).Succeeded);
        await node.RestAsync();
        Assert.Equal("+05:00", (await (await node.LogInAsync()).QueryAsync(Ask)).Value);
        Assert.Equal("SYSTEM", (await setter.QueryAsync(Ask)).Value);
        Assert.Equal("SYSTEM", (await old.QueryAsync(Ask)).Value);
    }

    [Theory]
    [InlineData("max_allowed_packet", true)]
    [InlineData("max_user_connections", false)]
    public async Task Connections_that_keep_a_global_as_it_was_are_replaced_when_it_changes(string global, bool isKept)
    {
        await using var node = new TestNode(connections: 1);
        node.Server.Fixed[global] = ("1024", 1621);
        node.Backend.Fingerprints.Catalogue = new VariableCatalogue(node.Server.Globals, [global], FakeVariables.Collations);
        await node.Backend.RefreshBaselineAsync(CancellationToken.None);
        var client = await node.LogInAsync();
        var before = await ThreadAsync();
        node.Server.Fixed[global] = ("2048", 1621);
        await node.Backend.RefreshBaselineAsync(CancellationToken.None);
        Assert.Equal(isKept, before != await ThreadAsync());

        async Task<ulong> ThreadAsync()
        {
            await client.QueryAsync("BEGIN");
            var thread = node.SessionOf(client).Holding!.Value.ThreadId;
            await client.QueryAsync("ROLLBACK");
            return thread;
        }
    }

    [Fact]
    public async Task A_session_that_begins_right_after_a_global_was_set_waits_until_it_is_read()
    {
        await using var node = new TestNode(connections: 1);
        var setter = await node.LogInAsync();
        await setter.QueryAsync(Ask);
        var (gate, asked) = (new TaskCompletionSource(), new TaskCompletionSource());
        node.Server.Script = (c, s) =>
        {
            if (!s.Text.StartsWith("SELECT CAST(CONCAT_WS(", StringComparison.Ordinal))
            {
                return null;
            }

            asked.TrySetResult();
            return c.Session.Execute(s) with { Wait = gate.Task };
        };
        await setter.QueryAsync("SET GLOBAL time_zone = '+05:00'");
        await asked.Task;
        var login = node.LogInAsync();
        await Task.WhenAny(login, Task.Delay(100));
        gate.SetResult();
        Assert.Equal("+05:00", (await (await login).QueryAsync(Ask)).Value);
    }

    [Fact]
    public async Task A_reset_that_is_answered_late_does_not_bring_the_globals_back_that_it_saw()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        await client.QueryAsync("SET @a = 1, @é = 1");
        await node.PinnedAsync(client, PinReasons.UserVariables);
        var (gate, asked) = (new TaskCompletionSource(), new TaskCompletionSource());
        var slow = node.Server.Live.Single(c => c.Session.Variables.Count > 0).ThreadId;
        node.Server.Script = (c, s) =>
        {
            if (c.ThreadId != slow || !s.Text.StartsWith("SELECT CAST(CONCAT_WS(", StringComparison.Ordinal))
            {
                return null;
            }

            asked.TrySetResult();
            return c.Session.Execute(s) with { Wait = gate.Task };
        };
        await client.SendAsync(CommandCode.Quit);
        await asked.Task;
        node.Server.Globals["time_zone"] = "+05:00";
        await node.Backend.RefreshBaselineAsync(CancellationToken.None);
        gate.SetResult();
        await node.RestAsync();
        Assert.Equal("+05:00", (await (await node.LogInAsync()).QueryAsync(Ask)).Value);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reset_session_starts_on_the_globals_of_now(bool changesUser)
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        await client.QueryAsync("SET group_concat_max_len = 7, time_zone = '+01:00', wait_timeout = 5");
        node.Server.Globals["time_zone"] = "+05:00";
        await node.Backend.RefreshBaselineAsync(CancellationToken.None);
        var reset = changesUser ? await client.ChangeUserAsync("other") : await client.RunAsync(CommandCode.ResetConnection);
        Assert.True(reset.Succeeded);
        Assert.Equal("+05:00", (await client.QueryAsync(Ask)).Value);
        Assert.Equal("1024", (await client.QueryAsync("SELECT @@group_concat_max_len FROM state")).Value);
        Assert.Equal("28800", (await client.QueryAsync("SELECT @@wait_timeout FROM state")).Value);
    }

    [Fact]
    public async Task Settings_are_absolute_whatever_the_globals_become()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        await client.QueryAsync("SET time_zone = '+05:00'");
        node.Server.Globals["time_zone"] = "+05:00";
        node.Server.Globals["sql_mode"] = "ANSI_QUOTES";
        await node.Backend.RefreshBaselineAsync(CancellationToken.None);
        var fresh = await node.LogInAsync();
        Assert.Equal("+05:00", (await fresh.QueryAsync(Ask)).Value);
        node.Server.Globals["time_zone"] = "SYSTEM";
        await node.Backend.RefreshBaselineAsync(CancellationToken.None);
        Assert.Equal("+05:00", (await client.QueryAsync(Ask)).Value);
        Assert.Equal("STRICT_TRANS_TABLES", (await client.QueryAsync("SELECT @@sql_mode FROM state")).Value);
        Assert.Equal("+05:00", (await fresh.QueryAsync(Ask)).Value);
    }

    [Fact]
    public async Task A_global_that_no_connection_can_be_brought_back_from_pins_nobody_who_did_not_set_it()
    {
        await using var node = new TestNode(connections: 1);
        var (old, other) = (await node.LogInAsync(), await node.LogInAsync());
        node.Server.Globals["sql_auto_is_null"] = "1";
        await node.Backend.RefreshBaselineAsync(CancellationToken.None);
        await old.QueryAsync("SET time_zone = '+01:00'");
        await node.RestAsync();
        await other.QueryAsync("SET sql_auto_is_null = 0");
        await node.HoldsAsync(other, true);
        Assert.Equal(Actors.Sessions.PinReasons.Variables, node.SessionOf(other).Pins);
    }
}
