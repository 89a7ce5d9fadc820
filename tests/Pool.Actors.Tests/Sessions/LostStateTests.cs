using Pool.Testing;

namespace Pool.Actors.Tests.Sessions;

/// <summary>Whoever loses a transaction is told so and does not go on without it.</summary>
public sealed class LostStateTests
{
    [Fact]
    public async Task A_transaction_that_is_lost_while_the_next_statement_is_prepared_ends_the_session()
    {
        await using var node = new TestNode();
        var client = await node.LogInAsync();
        await client.QueryAsync("BEGIN");
        await node.HoldsAsync(client, true);
        node.Server.Kill(node.Server.Log.First(s => s.Text == "BEGIN").ThreadId, ends: true);
        await AssertLostAsync(node, client);
    }

    [Fact]
    public async Task A_transaction_that_is_lost_during_the_preparation_ends_the_session()
    {
        await using var node = new TestNode();
        node.Server.Script = (_, statement) => statement.Text.StartsWith("SET last_insert_id", StringComparison.Ordinal)
            ? FakeServerReply.Ok(default) with { CutAt = 0 }
            : null;
        var client = await node.LogInAsync();
        await client.QueryAsync("INSERT 1");
        await client.QueryAsync("BEGIN");
        await AssertLostAsync(node, client);
    }

    private static async Task AssertLostAsync(TestNode node, FakeClient client)
    {
        var result = await client.QueryAsync("SELECT LAST_INSERT_ID()");
        Assert.Equal(1105, result.Error);
        Assert.Contains("transaction", result.Text, StringComparison.Ordinal);
        Assert.Null(await client.ReadAsync());
        await node.RestAsync();
        Assert.Equal(0, node.Services.Sessions.Count);
        Assert.DoesNotContain("SELECT LAST_INSERT_ID()", node.Server.Queries);
    }
}
