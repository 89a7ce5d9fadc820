using System.Text.RegularExpressions;
using Pool.Testing;
using Pool.Wire.Commands;

namespace Pool.Actors.Tests.Prepared;

/// <summary>To prepare a statement changes the user variables that it is to assign, which may be another session's on that connection.</summary>
public sealed partial class PreparedVariableTests
{
    [Theory]
    [InlineData("SELECT @a := 'x'")]
    [InlineData("SELECT @a := 'x', my_function(1)")]
    [InlineData("SELECT @a := 'x', NEXTVAL(s)")]
    [InlineData("SELECT @a := 'x', @é")]
    [InlineData("CALL p(@a := 'x')")]
    public async Task Another_sessions_variable_is_what_it_was_whatever_else_the_statement_would_do(string text)
    {
        await using var node = Node();
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("SET @a = 1");
        await second.PrepareAsync(text);
        Assert.Equal("1", (await first.QueryAsync("SELECT @a")).Value);
    }

    [Fact]
    public async Task Another_sessions_variable_is_what_it_was_where_the_statement_could_not_be_prepared()
    {
        await using var node = Node();
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("SET @a = 1");
        Assert.Equal(1146, (await second.RunAsync(CommandCode.StmtPrepare, "SELECT @a := no_such_table"u8.ToArray())).Error);
        await second.QueryAsync("DO 0");
        Assert.Equal("1", (await first.QueryAsync("SELECT @a")).Value);
    }

    [Fact]
    public async Task Another_sessions_variable_is_what_it_was_after_a_text_too_long_to_be_kept()
    {
        await using var node = Node();
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("SET @a = 1");
        await second.CloseStatementAsync(await second.PrepareAsync($"SELECT @a := 'x' /*{new string('x', 20_000)}*/"));
        Assert.Equal("1", (await first.QueryAsync("SELECT @a")).Value);
    }

    [Fact]
    public async Task Another_sessions_variable_is_what_it_was_where_long_data_need_the_statement_prepared_anew()
    {
        await using var node = Node();
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        var id = await second.PrepareAsync("SELECT @a := ?");
        await ForgetStatementsAsync(node);
        await first.QueryAsync("SET @a = 1");
        await second.SendLongDataAsync(id, 10);
        Assert.True((await second.RunAsync(CommandCode.StmtReset, BitConverter.GetBytes(id))).Succeeded);
        Assert.Equal(1, node.Backend.Metrics.PreparesOnDemand.Value);
        Assert.Equal("1", (await first.QueryAsync("SELECT @a")).Value);
    }

    [Fact]
    public async Task The_sessions_own_is_what_it_was_where_a_transaction_needs_the_statement_prepared_anew()
    {
        await using var node = Node();
        var client = await node.LogInAsync();
        var id = await client.PrepareAsync("SELECT ?, @a := @a");
        await ForgetStatementsAsync(node);
        await client.QueryAsync("BEGIN");
        await client.QueryAsync("SET @a = 1");
        await client.ExecuteAsync(id, Executes.Int);
        Assert.Equal(1, node.Backend.Metrics.PreparesOnDemand.Value);
        Assert.Equal("1", (await client.QueryAsync("SELECT @a")).Value);
    }

    // A reset takes away what is prepared on the connection.
    private static async Task ForgetStatementsAsync(TestNode node)
    {
        var third = await node.LogInAsync();
        await third.QueryAsync("CREATE TEMPORARY TABLE t (a INT)");
        await third.RunAsync(CommandCode.ResetConnection);
        await node.RestAsync();
    }

    private static TestNode Node()
    {
        var node = new TestNode(connections: 1);
        node.Server.Script = (connection, statement) =>
        {
            if (statement.Command == CommandCode.StmtPrepare && Assigned().Match(statement.Text) is { Success: true } assigned)
            {
                connection.Session.Variables[assigned.Groups[1].Value] = "changed";
            }

            return null;
        };
        return node;
    }

    [GeneratedRegex("@([a-z]+) :=")]
    private static partial Regex Assigned();
}
