using Pool.Actors.Telemetry;

namespace Pool.Host.Admin;

/// <summary>The clients' side of the node.</summary>
/// <param name="metrics">What is counted.</param>
/// <param name="open">Sessions that are open now.</param>
/// <param name="pinned">Sessions that hold a connection for themselves now, by backend and reason.</param>
public sealed class SessionMetricSource(
    SessionMetrics metrics, Func<int> open, Func<IEnumerable<(string Backend, string Reason, int Count)>> pinned) : IMetricSource
{
    /// <inheritdoc/>
    public void Write(PrometheusWriter page)
    {
        page.Gauge("pool_sessions", "Sessions that are open.", open());
        page.Counter("pool_accepted_total", "Client sockets accepted.", metrics.Accepted.Value);
        page.Counter("pool_probes_total", "Client sockets that left before they said anything.", metrics.Probes.Value);
        page.Counter("pool_logins_total", "Sessions that logged in.", metrics.LoggedIn.Value);
        page.Counter("pool_logins_failed_total", "Logins refused.", metrics.LoginsFailed.Value);
        page.Counter("pool_sessions_ended_total", "Sessions that logged in and have ended.", metrics.Ended.Value);
        page.Counter("pool_commands_total", "Commands of clients.", metrics.Commands.Value);
        page.Counter("pool_client_received_bytes_total", "Bytes received from clients.", metrics.BytesFromClients.Value);
        page.Counter("pool_client_sent_bytes_total", "Bytes sent to clients.", metrics.BytesToClients.Value);
        page.Counters("pool_errors_total", "Errors of the pool's own that clients were told.", metrics.Errors);
        page.Counters("pool_kills_total", "KILL statements served.", metrics.Kills);
        foreach (var (backend, reason, count) in pinned())
        {
            page.Gauge("pool_pinned", "Sessions that hold a backend connection for themselves.", count, ("backend", backend), ("reason", reason));
        }
    }
}
