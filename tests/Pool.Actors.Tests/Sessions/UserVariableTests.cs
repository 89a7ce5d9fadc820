using System.Text;
using Pool.Actors.Sessions;
using Pool.Actors.Sessions.UserVariables;
using Pool.Testing;
using Pool.Wire.Commands;
using Pool.Wire.Replies;

namespace Pool.Actors.Tests.Sessions;

public sealed class UserVariableTests
{
    [Fact]
    public async Task A_value_is_there_on_whichever_connection_the_session_runs_next()
    {
        await using var node = new TestNode(connections: 2);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("SET @a = 1");
        await node.HoldsAsync(first, false);
        var set = node.Server.Log.Single(s => s.Text == "SET @a = 1").ThreadId;
        await second.QueryAsync("BEGIN");
        Assert.Equal("1", (await first.QueryAsync("SELECT @a")).Value);
        Assert.NotEqual(set, node.Server.Log.Single(s => s.Text == "SELECT @a").ThreadId);
        await node.PinnedAsync(first, PinReasons.None);
    }

    [Fact]
    public async Task A_connection_that_has_the_value_gets_nothing_but_the_statement()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        await client.QueryAsync("SET @a = 1");
        await client.QueryAsync("SELECT 2");
        await node.HoldsAsync(client, false);
        var before = node.Server.Log.Count;
        Assert.Equal("1", (await client.QueryAsync("SELECT @a")).Value);
        await node.HoldsAsync(client, false);
        Assert.Equal(before + 1, node.Server.Log.Count);
    }

    [Fact]
    public async Task Another_sessions_variable_is_never_seen()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("SET @a = 1");
        Assert.Null((await second.QueryAsync("SELECT @a")).Value);
        Assert.Equal("1", (await first.QueryAsync("SELECT @a")).Value);
        Assert.Null((await second.QueryAsync("SELECT @a")).Value);
    }

    [Fact]
    public async Task Another_sessions_variable_is_not_seen_in_the_middle_of_a_transaction_either()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("SET @a = 1");
        await second.QueryAsync("BEGIN");
        Assert.Null((await second.QueryAsync("SELECT @a")).Value);
        await second.QueryAsync("COMMIT");
        Assert.DoesNotContain(node.Server.Log.SkipWhile(s => s.Text != "BEGIN"), s => s.Command == CommandCode.ResetConnection);
    }

    [Fact]
    public async Task What_the_transaction_set_is_read_when_it_ends()
    {
        await using var node = new TestNode(connections: 1);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("BEGIN");
        await first.QueryAsync("SET @a = 1");
        await first.QueryAsync("COMMIT");
        await second.QueryAsync("SET @a = 2");
        Assert.Equal("1", (await first.QueryAsync("SELECT @a")).Value);
    }

    [Fact]
    public async Task A_reset_forgets_them()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        await client.QueryAsync("SET @a = 1");
        await client.RunAsync(CommandCode.ResetConnection);
        Assert.Null((await client.QueryAsync("SELECT @a")).Value);
    }

    [Theory]
    [InlineData("no row")]
    [InlineData("geometry")]
    public async Task What_cannot_travel_pins(string reply)
    {
        await using var node = new TestNode(connections: 1);
        node.Server.Script = (connection, statement) => !statement.Text.Contains("COLLATION(", StringComparison.Ordinal) ? null
            : reply == "no row" ? FakeServerReply.Rows(connection.Session.Status, "a", [])
            : FakeServerReply.Row(connection.Session.Status, [((byte)ColumnType.Geometry, 9), (253, 9), (253, 9)], ["x", "x", "binary"]);
        var client = await node.LogInAsync();
        await client.QueryAsync("SET @a = 1");
        await node.HoldsAsync(client, true);
        await node.PinnedAsync(client, PinReasons.UserVariables);
        Assert.Equal("1", (await client.QueryAsync("SELECT @a")).Value);
    }

    [Fact]
    public async Task A_session_whose_variables_were_lost_is_told_so_and_ended()
    {
        await using var node = new TestNode(connections: 1);
        node.Server.Script = (_, statement) =>
            statement.Text.Contains("COLLATION(", StringComparison.Ordinal) ? FakeServerReply.None with { CutAt = 0 } : null;
        var client = await node.LogInAsync();
        Assert.True((await client.QueryAsync("SET @a = 1")).Succeeded);
        Assert.Equal(1105, (await client.QueryAsync("SELECT 1")).Error);
        Assert.True((await client.ReadNextResultAsync()).IsClosed);
    }

    [Fact]
    public async Task A_read_that_a_late_kill_hits_is_done_again()
    {
        await using var node = new TestNode(connections: 1);
        var hit = false;
        node.Server.Script = (_, statement) =>
        {
            var hits = !hit && statement.Text.Contains("COLLATION(", StringComparison.Ordinal);
            hit |= hits;
            return hits ? FakeServerReply.Error(1317, "interrupted") : null;
        };
        var client = await node.LogInAsync();
        await client.QueryAsync("SET @a = 1");
        await node.HoldsAsync(client, false);
        Assert.Equal("1", (await client.QueryAsync("SELECT @a")).Value);
        Assert.True(hit);
    }

    [Theory]
    [InlineData(ColumnType.LongLong, false, "-5", "@`a`=-5")]
    [InlineData(ColumnType.LongLong, false, "\0-\05", "@`a`=-5")]
    [InlineData(ColumnType.LongLong, true, "5", "@`a`=CAST(5 AS UNSIGNED)")]
    [InlineData(ColumnType.NewDecimal, false, "5", "@`a`=5.")]
    [InlineData(ColumnType.NewDecimal, false, "12.340", "@`a`=12.340")]
    [InlineData(ColumnType.Double, false, "0.3333333333333333", "@`a`=0.3333333333333333e0")]
    [InlineData(ColumnType.Double, false, "1.5e300", "@`a`=1.5e300")]
    [InlineData(ColumnType.LongBlob, false, "é", "@`a`=_utf8mb4 x'C3A9' COLLATE utf8mb4_bin")]
    [InlineData(ColumnType.LongLong, true, null, "@`a`=CAST(1 AS UNSIGNED),@`a`=NULL")]
    [InlineData(ColumnType.NewDecimal, false, null, "@`a`=1.,@`a`=NULL")]
    [InlineData(ColumnType.MediumBlob, false, null, "@`a`=_utf8mb4 x'' COLLATE utf8mb4_bin,@`a`=NULL")]
    [InlineData(ColumnType.VarString, false, null, null)]
    public void A_value_is_written_so_that_its_type_is_kept(ColumnType type, bool isUnsigned, string? text, string? assignment)
    {
        var bytes = text is null ? null : Encoding.UTF8.GetBytes(text);
        var column = new ColumnDefinition(type, 100, isUnsigned, 45);
        Assert.True(UserVariable.TryRead("a", column, bytes, bytes, "utf8mb4_bin", out var variable));
        Assert.Equal(assignment, variable?.Assignment);
    }

    [Fact]
    public void A_binary_string_has_no_collation_to_write()
    {
        Assert.True(UserVariable.TryRead("a", new ColumnDefinition(ColumnType.MediumBlob, 9, false, 63), [0xFF], [0xFF], "binary", out var variable));
        Assert.Equal("@`a`=_binary x'FF'", variable!.Assignment);
    }
}
