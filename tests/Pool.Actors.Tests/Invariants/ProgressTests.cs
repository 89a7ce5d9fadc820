using Pool.Testing;

namespace Pool.Actors.Tests.Invariants;

/// <summary>While a connection is free or can be opened, nobody waits.</summary>
public sealed class ProgressTests
{
    public static TheoryData<int> Seeds => RandomWalk.Seeds;

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Every_statement_is_answered_while_the_clock_stands_still(int seed)
    {
        var random = new Random(seed);
        await using var node = new TestNode(connections: 2);
        var clients = new List<(FakeClient Client, Random Random)>();
        for (var i = 0; i < 12; i++)
        {
            var client = await node.LogInAsync(database: i % 2 == 0 ? "a" : "b", collation: (byte)(i % 3 == 0 ? 8 : 45));
            clients.Add((client, new Random(random.Next())));
        }

        await Task.WhenAll(clients.Select(c => Task.Run(() => WorkAsync(c.Client, c.Random, seed))));
        Assert.Equal(0, node.Now.Waiting);
    }

    // No lease outlives its transaction here, so that a waiter who is forgotten waits for ever: time does not help it.
    private static async Task WorkAsync(FakeClient client, Random random, int seed)
    {
        for (var i = 0; i < (RandomWalk.IsLong ? 1_000 : 100); i++)
        {
            foreach (var sql in (string[])(random.Next(4) == 0 ? ["BEGIN", "INSERT 1", "COMMIT"] : ["SELECT 1"]))
            {
                var result = await client.QueryAsync(sql);
                Assert.True(result.Succeeded, $"seed {seed}: {result}");
            }
        }
    }
}
