using Pool.Testing;

namespace Pool.Actors.Tests.Invariants;

/// <summary>Every place of the share is accounted for on every path, faults included.</summary>
public sealed class ConservationTests
{
    public static TheoryData<int> Seeds => RandomWalk.Seeds;

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task What_is_active_is_idle_leased_connecting_or_closing_and_the_server_agrees(int seed)
    {
        var random = new Random(seed);
        var server = new FakeServer { Script = (_, _) => Fault() };
        await using var node = new TestNode(connections: 4, server);
        await new RandomWalk(node, seed).RunAsync(clients: 8);
        var now = node.Now;
        Assert.True(now.IsConserved, $"seed {seed}: {now}");

        // That a control connection was cut off in its last moment is noticed when it is used again.
        var live = server.Live.Count;
        Assert.True(live >= now.Idle && live <= now.Idle + now.Control, $"seed {seed}: {now}, and the server has {live}");
        Assert.True(node.Backend.Pinned == 0, $"seed {seed}: {node.Backend.Pinned} are still counted as pinned");

        FakeServerReply? Fault()
        {
            lock (random)
            {
                return random.Next(30) switch
                {
                    0 => FakeServerReply.None with { CutAt = 0 },
                    1 => FakeServerReply.Garbage(9, 9, 9, 9, 9, 9, 9, 9),
                    2 => FakeServerReply.Error(1290, "read only"),
                    _ => null,
                };
            }
        }
    }
}
