using Pool.Testing;

namespace Pool.Actors.Tests.Invariants;

/// <summary>A statement runs at most once, and one whose client was told that it did not run has not.</summary>
public sealed class OnceTests
{
    private static readonly string[] s_notExecuted = ["was not executed", "MaxPinned"];

    public static TheoryData<int> Seeds => RandomWalk.Seeds;

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task No_statement_is_sent_twice_nor_after_it_was_said_not_to_be(int seed)
    {
        var random = new Random(seed);
        var server = new FakeServer { Script = (_, _) => Fault() };
        await using var node = new TestNode(connections: 2, server);
        var refused = new System.Collections.Concurrent.ConcurrentBag<string>();
        var walk = new RandomWalk(node, seed)
        {
            Check = (_, sql, result) =>
            {
                if (s_notExecuted.Any(t => result.Text.Contains(t, StringComparison.Ordinal)))
                {
                    refused.Add(sql);
                }

                return Task.CompletedTask;
            },
        };
        await walk.RunAsync(clients: 8);
        var tagged = server.Queries.Where(q => q.Contains("/* ", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(tagged);
        var twice = tagged.GroupBy(q => q).Where(g => g.Count() > 1).Select(g => g.Key).ToList();
        Assert.True(twice.Count == 0, $"seed {seed}: sent twice: {string.Join("; ", twice)}");
        var liedAbout = refused.Where(sql => sql.Contains("/* ", StringComparison.Ordinal)).Intersect(tagged).ToList();
        Assert.True(liedAbout.Count == 0, $"seed {seed}: executed after all: {string.Join("; ", liedAbout)}");

        FakeServerReply? Fault()
        {
            lock (random)
            {
                return random.Next(15) == 0 ? FakeServerReply.None with { CutAt = 0 } : null;
            }
        }
    }
}
