using Pool.Actors.Backends;
using Pool.Actors.Sessions;
using Pool.Testing;
using Pool.Wire.Commands;
using Pool.Wire.Replies;

namespace Pool.Actors.Tests.Sessions;

/// <summary>An error tells no flags: that a statement began a transaction before it failed has to be asked for.</summary>
public sealed class FailedStatementTests
{
    [Theory]
    [InlineData("SET autocommit = 0", "INSERT dup", ServerFlavour.MySql)]
    [InlineData("SET autocommit = 0", "INSERT dup", ServerFlavour.MariaDb)]
    [InlineData("SET autocommit = 0", "SELECT broken", ServerFlavour.MySql)]
    [InlineData("SELECT 1", "CALL broken()", ServerFlavour.MySql)]
    [InlineData("SELECT 1", "SELECT 1; INSERT dup", ServerFlavour.MariaDb)]
    public async Task A_transaction_that_a_failed_statement_began_keeps_the_connection_until_it_ends(string before, string failing, ServerFlavour flavour)
    {
        await using var node = NewNode(failing, flavour);
        var client = await node.LogInAsync();
        await client.QueryAsync(before);
        Assert.Equal(1062, (await client.QueryAsync(failing)).Error);
        await TestNode.UntilAsync(() => (node.SessionOf(client).Pins & PinReasons.Transaction) != 0, "it is pinned by its transaction");
        Assert.Equal("Duplicate entry", (await client.QueryAsync("SHOW WARNINGS")).Rows?.Single());
        await client.QueryAsync("ROLLBACK");
        await TestNode.UntilAsync(() => (node.SessionOf(client).Pins & PinReasons.Transaction) == 0, "it is not pinned by a transaction");
    }

    [Fact]
    public async Task Nobody_inherits_a_transaction_that_a_failed_statement_began()
    {
        await using var node = NewNode("INSERT dup", ServerFlavour.MySql);
        var (first, second) = (await node.LogInAsync(), await node.LogInAsync());
        await first.QueryAsync("SET autocommit = 0");
        await second.QueryAsync("SET autocommit = 0");
        await first.QueryAsync("INSERT dup");
        await first.SendAsync(CommandCode.Quit);
        Assert.True((await second.QueryAsync("SELECT 'second'")).Succeeded);
        Assert.Contains(node.Server.Log.SkipWhile(s => s.Text != "INSERT dup").TakeWhile(s => s.Text != "SELECT 'second'"),
            s => s.Command == CommandCode.ResetConnection);
    }

    [Theory]
    [InlineData("CREATE TABLE t (a INT)", 1050, false)]
    [InlineData("INSERT 1", 1213, false)]
    [InlineData("INSERT 1", 1062, true)]
    [InlineData("CREATE nonsense", 1064, true)]
    public async Task A_transaction_that_a_failed_statement_ended_keeps_nothing(string failing, ushort error, bool lasts)
    {
        await using var node = new TestNode(connections: 1);
        node.Server.Script = (connection, statement) =>
        {
            if (statement.Text != failing)
            {
                return null;
            }

            connection.Session.Status &= lasts ? connection.Session.Status : ~ServerStatus.InTransaction;
            return FakeServerReply.Error(error, "failed");
        };
        var client = await node.LogInAsync();
        await client.QueryAsync("BEGIN");
        Assert.Equal(error, (await client.QueryAsync(failing)).Error);
        await TestNode.UntilAsync(() => lasts == ((node.SessionOf(client).Pins & PinReasons.Transaction) != 0), "it is known whether there is a transaction");
        await client.QueryAsync("SELECT 1");
        Assert.Equal(lasts, node.Server.Log.SkipWhile(s => s.Text != failing).All(s => s.Command != CommandCode.SetOption));
    }

    [Fact]
    public async Task With_autocommit_a_failed_statement_is_not_asked_about()
    {
        await using var node = new TestNode(connections: 1);
        node.Server.Script = (_, statement) => statement.Text == "INSERT dup" ? FakeServerReply.Error(1062, "Duplicate entry") : null;
        var client = await node.LogInAsync();
        await client.QueryAsync("INSERT dup");
        await node.PinnedAsync(client, PinReasons.Diagnostics);
        Assert.DoesNotContain(node.Server.Log.SkipWhile(s => s.Text != "INSERT dup"), s => s.Command == CommandCode.SetOption);
    }

    private static TestNode NewNode(string failing, ServerFlavour flavour)
    {
        var node = new TestNode(connections: 1, flavour: flavour);
        node.Server.Script = (connection, statement) =>
        {
            if (statement.Text == failing)
            {
                connection.Session.Status |= ServerStatus.InTransaction;
                return FakeServerReply.Error(1062, "Duplicate entry");
            }

            return statement.Text == "SHOW WARNINGS" ? FakeServerReply.Rows(connection.Session.Status, "Message", ["Duplicate entry"]) : null;
        };
        return node;
    }
}
