using Pool.Testing;

namespace Pool.Actors.Tests.Invariants;

/// <summary>The server never has more connections than the share, whatever clients and servers do.</summary>
public sealed class CapTests
{
    private const int Connections = 3;

    public static TheoryData<int> Seeds => RandomWalk.Seeds;

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task The_server_never_has_more_connections_than_the_share(int seed)
    {
        var random = new Random(seed);
        var server = new FakeServer { Script = (_, statement) => statement.Text.StartsWith("SELECT", StringComparison.Ordinal) ? Fault() : null };
        await using var node = new TestNode(Connections, server);
        await new RandomWalk(node, seed).RunAsync(clients: 10);
        Assert.True(server.Peak <= Connections + 1, $"seed {seed}: {server.Peak} connections at once");
        Assert.True(server.Peak > 1, $"seed {seed}: the walk never needed a second connection");

        FakeServerReply? Fault()
        {
            lock (random)
            {
                return random.Next(20) == 0 ? FakeServerReply.None with { CutAt = 0 } : null;
            }
        }
    }
}
