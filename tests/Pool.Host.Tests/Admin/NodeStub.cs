using Pool.Actors.Cluster.Membership;
using Pool.Actors.Cluster.Peers;
using Pool.Actors.Pooling;
using Pool.Actors.Telemetry;
using Pool.Host.Admin;
using Pool.Host.Admin.Api;

namespace Pool.Host.Tests.Admin;

/// <summary>A node with one pool and one session, both always the same.</summary>
internal sealed class NodeStub : INodeInspector
{
    public static readonly PoolSnapshot Snapshot = new(64, 10, 1, 2, 3, 4, 5, 6, TimeSpan.FromSeconds(1.5));

    public SessionMetrics SessionMetrics { get; } = new();

    public PoolMetrics PoolMetrics { get; } = new();

    public MetricsPage Page() => new(
    [
        new SessionMetricSource(SessionMetrics, () => 7, () => [("main", "transaction", 2)]),
        new PoolMetricSource("main", PoolMetrics, () => Snapshot, () => []),
        new AdminMetrics(),
        new PeerMetricSource(new PeerMetrics(), () => 2),
        new RemoteMetricSource("main", new RemoteMetrics(), () => Snapshot),
        new ClusterMetricSource(new AdminCluster.FixedMembership(ClusterView.Empty, null!)),
        new ProcessMetricSource(),
    ]);

    /// <summary>Answers nothing below /v1: see <see cref="AdminApiTests"/>.</summary>
    public static AdminFront Front() => new(new AdminApi("stub", []), new AdminCluster.FixedMembership(ClusterView.Empty, null!), null, () => null, new AdminMetrics(), TimeProvider.System);

    public IEnumerable<SessionView> Sessions() =>
        [new(4194305, "app", "127.0.0.1:4000", "main", "main", null, "idle", null, null, null, "Select", DateTimeOffset.UnixEpoch)];

    public IEnumerable<PoolView> Pools() => [new("main", "db:3306", "MySQL 9.7.4", Snapshot)];
}
