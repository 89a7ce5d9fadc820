using Pool.Actors.Pooling;
using Pool.Actors.Telemetry;

namespace Pool.Host.Admin;

/// <summary>The pool of one backend.</summary>
/// <param name="backend">The backend's name.</param>
/// <param name="metrics">What is counted.</param>
/// <param name="snapshot">What the pool holds now.</param>
/// <param name="quotas">The users that have a cap.</param>
public sealed class PoolMetricSource(string backend, PoolMetrics metrics, Func<PoolSnapshot> snapshot, Func<IEnumerable<UserQuota>> quotas) : IMetricSource
{
    /// <inheritdoc/>
    public void Write(PrometheusWriter page)
    {
        var label = ("backend", backend);
        WriteSnapshot(page, snapshot(), label);
        foreach (var quota in quotas().Where(q => q.Cap > 0).OrderBy(q => q.User, StringComparer.Ordinal))
        {
            WriteUser(page, quota, label);
        }

        page.Counter("pool_leases_total", "Leases granted.", metrics.Leases.Value, label);
        page.Counter("pool_remembered_total", "Statements answered from memory, without the server.", metrics.Remembered.Value, label);
        page.Counter("pool_repaints_total", "Leases of a connection with other settings.", metrics.Repaints.Value, label);
        page.Counter("pool_prepares_on_demand_total", "Statements of sessions that were prepared on another connection.", metrics.PreparesOnDemand.Value, label);
        page.Counter("pool_statements_evicted_total", "Prepared statements closed on a connection to make room for others.", metrics.StatementsEvicted.Value, label);
        page.Counter("pool_hinted_total", "Statements that carried their session's settings in hints.", metrics.Hinted.Value, label);
        page.Histogram("pool_lease_wait_seconds", "Time in line for a connection, of those that had to wait, also of those that got none.", metrics.WaitSeconds, label);
        page.Counters("pool_waits_failed_total", "Waits that ended without a connection.", metrics.WaitsFailed, label);
        page.Counter("pool_connects_total", "Backend connections opened.", metrics.ConnectsSucceeded.Value, label);
        page.Counters("pool_connects_failed_total", "Connects to the backend that failed.", metrics.ConnectsFailed, label);
        page.Counters("pool_connections_closed_total", "Backend connections closed or lost.", metrics.Closed, label);
        page.Counter("pool_resets_total", "Backend connections reset after a session left state on them.", metrics.Resets.Value, label);
        page.Counters("pool_pins_total", "Pins begun.", metrics.Pins, label);
        page.Counters("pool_limits_reached_total", "Statements ended by a limit on held leases.", metrics.LimitsReached, label);
        page.Counter("pool_backend_kills_total", "KILLs sent to the backend.", metrics.BackendKills.Value, label);
    }

    private static void WriteUser(PrometheusWriter page, UserQuota quota, (string Name, string Value) label)
    {
        var user = ("user", quota.User);
        page.Gauge("pool_user_connections", "Backend connections that the sessions of a user with a cap hold, or have a place for.", quota.Used, label, user);
        page.Gauge("pool_user_connections_max", "The most that the user may hold on this node now.", quota.Limit, label, user);
        page.Gauge("pool_user_connections_cap", "The most that the user may hold, on all nodes together.", quota.Cap, label, user);
        page.Gauge("pool_user_waiting", "Statements that wait since their user holds as many connections as it may.", quota.Waiting, label, user);
        page.Counter("pool_user_waits_total", "Statements that had to wait since their user held as many connections as it may.", quota.Waits, label, user);
    }

    private static void WriteSnapshot(PrometheusWriter page, PoolSnapshot now, (string Name, string Value) label)
    {
        const string Connections = "Backend connections by what they do.";
        page.Gauge("pool_connections", Connections, now.Idle, label, ("state", "idle"));
        page.Gauge("pool_connections", Connections, now.Leased, label, ("state", "leased"));
        page.Gauge("pool_connections", Connections, now.Connecting, label, ("state", "connecting"));
        page.Gauge("pool_connections", Connections, now.Closing, label, ("state", "closing"));
        page.Gauge("pool_connections", Connections, now.Control, label, ("state", "control"));
        page.Gauge("pool_connections_max", "The most backend connections that there may be.", now.Max, label);
        page.Gauge("pool_waiting", "Statements in line for a connection.", now.Waiting, label);
        page.Gauge("pool_longest_wait_seconds", "How long the first in line has waited.", now.LongestWait.TotalSeconds, label);
    }
}
