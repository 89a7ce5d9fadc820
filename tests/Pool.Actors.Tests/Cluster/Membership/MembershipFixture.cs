using Microsoft.Extensions.Logging.Abstractions;
using Pool.Actors.Cluster.Coordination;
using Pool.Actors.Cluster.Membership;
using Pool.Testing;

namespace Pool.Actors.Tests.Cluster.Membership;

/// <summary>Nodes of a cluster, with one store and one clock that stands still.</summary>
public sealed class MembershipFixture : IAsyncDisposable
{
    /// <summary>What the nodes' leases live for.</summary>
    public static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(10);

    private readonly List<ClusterMembership> _nodes = [];

    public MembershipFixture() => Store = new InProcessCoordinator(Time);

    public ManualTime Time { get; } = new();

    public InProcessCoordinator Store { get; }

    public static MembershipOptions Options(string name) => new()
    {
        Cluster = "test",
        Name = name,
        PeerAddress = $"{name}:6035",
        Secret = "s3cret",
        LeaseTime = LeaseTime,
    };

    /// <summary>A node that has not joined.</summary>
    public (ClusterMembership Node, FaultyCoordinator Way) Node(string name, Func<MembershipOptions, MembershipOptions>? options = null)
    {
        var way = new FaultyCoordinator(Store);
        var node = new ClusterMembership(way, options?.Invoke(Options(name)) ?? Options(name), Time, new Random(1), NullLogger.Instance);
        _nodes.Add(node);
        return (node, way);
    }

    /// <summary>A node that has joined.</summary>
    public async Task<(ClusterMembership Node, FaultyCoordinator Way)> JoinAsync(string name, Func<MembershipOptions, MembershipOptions>? options = null)
    {
        var (node, way) = Node(name, options);
        Assert.Equal(new JoinResult(JoinOutcome.Joined, null), await node.JoinAsync(CancellationToken.None));
        return (node, way);
    }

    /// <summary>Lets time pass in steps, as a clock does, until something has happened.</summary>
    public Task PassUntilAsync(Func<bool> condition, string what) => TestNode.UntilAsync(
        () =>
        {
            Time.Advance(TimeSpan.FromMilliseconds(100));
            return condition();
        },
        what);

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        await Store.DisposeAsync();
    }
}
