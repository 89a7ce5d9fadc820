using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Settings;

/// <summary>Sessions with different settings on one connection of a real MySQL, beside twins on direct connections.</summary>
[Collection(MySqlFaults.Name)]
public sealed class SetVarHintTests(FaultRig<MySqlServer> rig)
{
    private const string Everything = "SELECT @@sort_buffer_size, @@sql_mode, @@time_zone, @@div_precision_increment, 1 / 3, RAND() < 2";

    /// <summary>The lexer takes hints for comments.</summary>
    [Theory]
    [InlineData("SELECT /*+ QB_NAME(`*/ 2 -- `) */ 1")]
    [InlineData("SELECT /*+ SET_VAR(time_zone='*/ 2 -- ') */ 1")]
    [InlineData("SELECT /*+ QB_NAME(\"*/ 2 -- \") */ 1")]
    public async Task What_ends_a_comment_ends_hints_even_in_quotes(string sql)
    {
        await using var administrator = await rig.AdministratorAsync();
        Assert.Equal("2", await administrator.QueryAsync(sql));
    }

    [Fact]
    public async Task Each_session_sees_its_own_settings_as_on_a_connection_of_its_own()
    {
        await using var administrator = await rig.AdministratorAsync();
        await administrator.QueryAsync("CREATE DATABASE IF NOT EXISTS hinted");
        await using var node = await rig.StartNodeAsync(new NodeSettings { MaxConnections = 2 });
        await using var strict = await HintTwins.ConnectAsync(rig, node);
        await using var lenient = await HintTwins.ConnectAsync(rig, node);
        await strict.SameAsync("CREATE TABLE hinted.{0} (a VARCHAR(2), d DATE)");
        await lenient.SameAsync("CREATE TABLE hinted.{0} (a VARCHAR(2), d DATE)");
        await strict.SameAsync("SET sort_buffer_size = 300000, time_zone = '+05:00'");
        await lenient.SameAsync("SET sql_mode = 'NO_ENGINE_SUBSTITUTION', sort_buffer_size = 400000, div_precision_increment = 9");
        for (var i = 0; i < 6; i++)
        {
            foreach (var sql in (string[])
                [
                    Everything,
                    "INSERT INTO hinted.{0} VALUES ('too long', '2020-01-01')",
                    "SHOW WARNINGS",
                    "INSERT INTO hinted.{0} VALUES ('ok', '0000-00-00')",
                    "UPDATE hinted.{0} SET d = DATE'2020-00-10'",
                    "UPDATE hinted.{0} SET a = 'b' WHERE a = 'ok'",
                    "SELECT a, COUNT(*), MAX(d) FROM hinted.{0}",
                    "SELECT TIMESTAMP'2020-01-01 00:00:00+00:00', FROM_UNIXTIME(0)",
                    "SELECT * FROM hinted.{0} FROM",
                ])
            {
                await strict.SameAsync(sql);
                await lenient.SameAsync(sql);
            }
        }

        Assert.True(await HintedAsync(node) > 20, $"{await HintedAsync(node)} statements were hinted");
        await node.RestsAsync(administrator, sessions: 2);
    }

    [Theory]
    [InlineData("auto_increment_increment", "7")]
    [InlineData("cte_max_recursion_depth", "5")]
    [InlineData("foreign_key_checks", "0")]
    [InlineData("group_concat_max_len", "4")]
    [InlineData("join_buffer_size", "300000")]
    [InlineData("lock_wait_timeout", "77")]
    [InlineData("max_execution_time", "20000")]
    [InlineData("max_join_size", "1000")]
    [InlineData("optimizer_switch", "'mrr=off'")]
    [InlineData("sql_big_selects", "0")]
    [InlineData("sql_buffer_result", "1")]
    [InlineData("sql_safe_updates", "1")]
    [InlineData("sql_select_limit", "3")]
    [InlineData("time_zone", "'-03:30'")]
    [InlineData("unique_checks", "0")]
    [InlineData("updatable_views_with_limit", "0")]
    [InlineData("use_secondary_engine", "'OFF'")]
    [InlineData("windowing_use_high_precision", "0")]
    public async Task A_variable_of_one_session_is_never_anothers(string name, string value)
    {
        await using var administrator = await rig.AdministratorAsync();
        await using var node = await rig.KeptNodeAsync(new NodeSettings { MaxConnections = 2 });
        var hintedBefore = await HintedAsync(node);
        await using var setter = await HintTwins.ConnectAsync(rig, node);
        await using var other = await HintTwins.ConnectAsync(rig, node);
        await setter.SameAsync($"SET {name} = {value}");
        for (var i = 0; i < 7; i++)
        {
            await other.SameAsync($"SELECT @@{name}, @@sql_big_selects, RAND() < 2");
            await setter.SameAsync($"SELECT @@{name}, @@sql_big_selects, RAND() < 2");
            if (i % 3 == 0)
                await setter.SameAsync($"SELECT @@{name}, @@max_join_size, RAND() < 2");
        }

        // Setting max_join_size back would leave sql_big_selects behind.
        Assert.Equal(name != "max_join_size", await HintedAsync(node) > hintedBefore);
    }

    [Fact]
    public async Task Switched_off_no_statement_is_hinted()
    {
        await using var node = await rig.StartNodeAsync(new NodeSettings { MaxConnections = 2, SetVarHints = "off" });
        await using var setter = await HintTwins.ConnectAsync(rig, node);
        await using var other = await HintTwins.ConnectAsync(rig, node);
        await setter.SameAsync("SET sort_buffer_size = 300000");
        for (var i = 0; i < 5; i++)
        {
            await other.SameAsync(Everything);
            await setter.SameAsync(Everything);
        }

        Assert.Equal(0, await HintedAsync(node));
    }

    [Fact]
    public async Task A_session_is_disconnected_after_its_own_wait_timeout()
    {
        await using var node = await rig.StartNodeAsync();
        await using var client = await node.ConnectAsync();
        await client.QueryAsync("SET wait_timeout = 1");
        const int Inactivity = 4031;
        Assert.Equal(Inactivity, await client.LastWordsAsync());
    }

    private static Task<long> HintedAsync(FaultNode node) => HintTwins.HintedAsync(node);
}
