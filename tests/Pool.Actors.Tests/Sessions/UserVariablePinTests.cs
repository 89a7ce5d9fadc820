using Pool.Actors.Backends;
using Pool.Actors.Sessions;
using Pool.Testing;

namespace Pool.Actors.Tests.Sessions;

/// <summary>User variables of a session that keeps its connection: its own are there, and nobody else's are seen.</summary>
public sealed class UserVariablePinTests
{
    [Theory]
    [InlineData("SELECT NEXTVAL(s)", ServerFlavour.MariaDb, PinReasons.StoredCode)]
    [InlineData("ALTER TABLE t ADD c INT", ServerFlavour.MySql, PinReasons.StateChange)]
    [InlineData("SELECT @b := 1", ServerFlavour.MySql, PinReasons.UserVariables)]
    public async Task What_was_set_before_the_pin_is_there_after_it(string sql, ServerFlavour flavour, PinReasons pin)
    {
        await using var node = new TestNode(connections: 1, flavour: flavour);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("SET @a = 1");
        await second.QueryAsync("SET @a = 99");
        await second.QueryAsync("SET @c = 99");
        await node.RestAsync();
        node.Server.Script = (connection, statement) => statement.Text == "ALTER TABLE t ADD c INT"
            ? FakeServerReply.Ok(connection.Session.Status, changes: FakeServerReply.StateChange)
            : statement.Text.Contains("CAST(COLLATION(@`b`", StringComparison.Ordinal)
                ? FakeServerReply.Rows(connection.Session.Status, "b", [])
                : null;
        await first.QueryAsync(sql);
        await node.PinnedAsync(first, pin);
        Assert.Equal("1", (await first.QueryAsync("SELECT @a")).Value);
        Assert.Null((await first.QueryAsync("SELECT @c")).Value);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Beside_the_count_of_warnings_no_other_sessions_variable_is_seen(bool inTransaction)
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("SET @a = 99");
        await node.RestAsync();
        if (inTransaction)
        {
            await second.QueryAsync("BEGIN");
        }

        await second.QueryAsync("SET @b = 1");
        await second.QueryAsync("INSERT IGNORE 1");
        Assert.Null((await second.QueryAsync("SELECT @a, @@warning_count")).Value);
        Assert.Contains("CAST(1 AS UNSIGNED)", node.Server.Queries.Last(q => q.StartsWith("SELECT @a", StringComparison.Ordinal)), StringComparison.Ordinal);
        await second.QueryAsync("INSERT IGNORE 2");
        Assert.Equal("1", (await second.QueryAsync("SELECT @b, @@warning_count")).Value);
    }

    [Theory]
    [InlineData("SELECT VARIABLE_NAME FROM information_schema.USER_VARIABLES")]
    [InlineData("SELECT VARIABLE_NAME FROM performance_schema.user_variables_by_thread")]
    public async Task Who_reads_the_table_of_user_variables_sees_nobody_elses(string sql)
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("SET @a = 1");
        await node.RestAsync();
        var others = -1;
        node.Server.Script = (connection, statement) =>
        {
            others = statement.Text == sql ? connection.Session.Variables.Count : others;
            return null;
        };
        await second.QueryAsync(sql);
        Assert.Equal(0, others);
        await node.PinnedAsync(second, PinReasons.UserVariables);
    }

    [Theory]
    [InlineData("GET DIAGNOSTICS CONDITION 1 @a = MESSAGE_TEXT", "GET DIAGNOSTICS CONDITION 1 @a = MESSAGE_TEXT", "99")]
    [InlineData("GET DIAGNOSTICS CONDITION @a @b = MESSAGE_TEXT", "SHOW WARNINGS", null)]
    public async Task Conditions_are_asked_for_at_once_unless_another_sessions_variable_would_tell_which(string sql, string next, string? seen)
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("SET @a = 99");
        await node.RestAsync();
        await second.QueryAsync("INSERT IGNORE 1");
        await node.HoldsAsync(second, true);
        var value = "none";
        node.Server.Script = (connection, statement) =>
        {
            value = statement.Text == sql ? connection.Session.Variables.GetValueOrDefault("a") : value;
            return null;
        };
        await second.QueryAsync(sql);
        Assert.Equal(seen, value);
        Assert.Equal(next, node.Server.Queries.SkipWhile(q => q != "INSERT IGNORE 1").ElementAt(1));
    }
}
