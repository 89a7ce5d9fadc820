using Pool.Actors.Pooling;
using Pool.Actors.Telemetry;
using Pool.Host.Admin;

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
        new PoolMetricSource("main", PoolMetrics, () => Snapshot),
        new ProcessMetricSource(),
    ]);

    public IEnumerable<SessionView> Sessions() =>
        [new(4194305, "app", "127.0.0.1:4000", "main", "main", null, "idle", null, "Select", DateTimeOffset.UnixEpoch, "mysql")];

    public IEnumerable<PoolView> Pools() => [new("main", "db:3306", "MySQL 9.7.4", Snapshot)];
}
