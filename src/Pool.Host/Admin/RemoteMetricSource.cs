using Pool.Actors.Pooling;
using Pool.Actors.Telemetry;

namespace Pool.Host.Admin;

/// <summary>What one backend's pool borrows from other nodes, and lends to them.</summary>
/// <param name="backend">The backend's name.</param>
/// <param name="metrics">What is counted.</param>
/// <param name="snapshot">What the pool holds now.</param>
public sealed class RemoteMetricSource(string backend, RemoteMetrics metrics, Func<PoolSnapshot> snapshot) : IMetricSource
{
    /// <inheritdoc/>
    public void Write(PrometheusWriter page)
    {
        var (label, now) = (("backend", backend), snapshot());
        page.Gauge("pool_borrowed", "Connections of other nodes that are used here.", now.Borrowed, label);
        page.Gauge("pool_lent", "Leased connections that other nodes use.", now.Lent, label);
        page.Counter("pool_borrowed_total", "Connections borrowed from other nodes.", metrics.Borrowed.Value, label);
        page.Counter("pool_lent_total", "Connections lent to other nodes.", metrics.Lent.Value, label);
        page.Counters("pool_borrow_refused_total", "Times that another node was asked for a connection and lent none.", metrics.NotBorrowed, label);
        page.Counters("pool_lend_refused_total", "Times that this node was asked for a connection and lent none.", metrics.NotLent, label);
        page.Counters("pool_loans_broken_total", "Loans that ended with their connection.", metrics.Broken, label);
        page.Histogram("pool_borrow_ask_seconds", "From the question to the borrowed connection.", metrics.AskSeconds, label);
        page.Histogram("pool_borrowed_seconds", "How long connections of other nodes were borrowed.", metrics.BorrowedSeconds, label);
        page.Histogram("pool_lent_seconds", "How long connections were lent to other nodes.", metrics.LentSeconds, label);
    }
}
