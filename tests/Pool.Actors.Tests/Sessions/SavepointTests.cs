using Pool.Actors.Sessions;
using Pool.Testing;

namespace Pool.Actors.Tests.Sessions;

/// <summary>Without autocommit a savepoint may be there before its transaction, and no flag tells.</summary>
public sealed class SavepointTests
{
    [Theory]
    [InlineData("SAVEPOINT s")]
    [InlineData("SAVEPOINT s; SELECT 1")]
    public async Task A_savepoint_before_the_first_statement_keeps_the_connection_until_the_transaction_ends(string sql)
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        await client.QueryAsync("SET autocommit = 0");
        await client.QueryAsync(sql);
        await node.PinnedAsync(client, PinReasons.NextTransaction);
        await client.QueryAsync("ROLLBACK TO s");
        await node.PinnedAsync(client, PinReasons.NextTransaction);
        await client.QueryAsync("COMMIT");
        await node.HoldsAsync(client, false);
        await node.PinnedAsync(client, PinReasons.None);
    }

    [Fact]
    public async Task A_savepoint_with_autocommit_or_one_that_failed_keeps_nothing()
    {
        await using var node = new TestNode(connections: 1);
        var client = await node.LogInAsync();
        await client.QueryAsync("SAVEPOINT s");
        await node.PinnedAsync(client, PinReasons.None);
        node.Server.Script = (_, statement) => statement.Text == "SAVEPOINT s" ? FakeServerReply.Error(1064, "You have an error") : null;
        await client.QueryAsync("SET autocommit = 0");
        await client.QueryAsync("SAVEPOINT s");
        await node.PinnedAsync(client, PinReasons.Diagnostics);
    }
}
