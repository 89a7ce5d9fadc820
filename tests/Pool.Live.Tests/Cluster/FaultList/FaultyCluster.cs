using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Cluster.FaultList;

/// <summary>Three nodes, an etcd of three members and a server, for everything that can happen to any of them.</summary>
/// <typeparam name="TServer">Which server.</typeparam>
public sealed class FaultyCluster<TServer> : IAsyncLifetime
    where TServer : DatabaseServer, new()
{
    // A process with a false clock takes much more of the processor. Who reads the wall clock at all, the short run knows from WallClockTests.
    private static readonly bool s_isLong = Environment.GetEnvironmentVariable("POOL_TEST_LONG") == "1";
    private readonly FaultRig<TServer> _rig = new();
    private NodeCluster? _cluster;

    /// <summary>The time after which a node that is not heard of is lost.</summary>
    public TimeSpan LeaseTime { get; } = TimeSpan.FromSeconds(3);

    /// <summary>The cluster.</summary>
    internal NodeCluster Cluster => _cluster!;

    /// <summary>The last node's wall clock.</summary>
    internal FakeClock Clock { get; } = new();

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        await _rig.InitializeAsync();

        // Who may do everything is let in above the server's own limit, and so would not meet it.
        await _rig.Server.QueryAsync($"REVOKE {_rig.Server.LetsInAboveLimit} ON *.* FROM {FaultRig<TServer>.Account}");
        _cluster = await NodeCluster.StartAsync(_rig, new ClusterShape
        {
            EtcdMembers = 3, MaxConnections = 16, LeaseTime = LeaseTime, LeaseTimeout = TimeSpan.FromSeconds(10), HasNetwork = true, Clock = s_isLong ? Clock : null,
        });
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_cluster is { } cluster)
            await cluster.DisposeAsync();
        await _rig.DisposeAsync();
        Clock.Dispose();
    }
}
