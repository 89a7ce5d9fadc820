using Pool.Actors.Cluster.Peers;

namespace Pool.Host.Admin;

/// <summary>The node's connections to other nodes.</summary>
/// <param name="metrics">What is counted.</param>
/// <param name="open">Connections of other nodes that are open now.</param>
public sealed class PeerMetricSource(PeerMetrics metrics, Func<int> open) : IMetricSource
{
    /// <inheritdoc/>
    public void Write(PrometheusWriter page)
    {
        page.Gauge("pool_peer_connections", "Connections of other nodes that are open.", open());
        page.Counter("pool_peer_accepted_total", "Connections of other nodes that proved who they are.", metrics.Accepted.Value);
        page.Counters("pool_peer_refused_total", "Connections to the peer port that were not served.", metrics.Refused);
        page.Counter("pool_peer_opened_total", "Connections opened to other nodes.", metrics.Opened.Value);
        page.Counters("pool_peer_failed_total", "Connections to other nodes, and questions, that came to nothing.", metrics.Failed);
        page.Counters("pool_peer_answered_total", "Questions of other nodes answered.", metrics.Answered);
        page.Histogram("pool_peer_ask_seconds", "How long answers of other nodes took.", metrics.AskSeconds);
    }
}
