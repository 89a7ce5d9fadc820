using System.Text.Json.Nodes;
using Pool.Actors.Telemetry;

namespace Pool.Host.Admin.Api;

/// <summary>What is counted of operators' requests. Thread-safe.</summary>
public sealed class AdminMetrics : IMetricSource
{
    private readonly CounterSet _gets = new("outcome");
    private readonly CounterSet _posts = new("outcome");
    private readonly CounterSet _peers = new("outcome");
    private readonly CounterSet _others = new("outcome");

    /// <summary>A request was answered.</summary>
    /// <param name="way">GET, POST, or "peer" for another node's.</param>
    /// <param name="reply">Its answer.</param>
    public void Count(string way, AdminReply reply) => Count(way, reply.IsSuccess ? "done" : (string?)reply.Body["error"] ?? "failed");

    /// <summary>A request came without the token.</summary>
    public void CountUnauthorized(string method) => Count(method, "unauthorized");

    /// <inheritdoc/>
    public void Write(PrometheusWriter page)
    {
        foreach (var (way, counters) in new[] { ("get", _gets), ("post", _posts), ("peer", _peers), ("other", _others) })
        {
            page.Counters("pool_admin_requests_total", "Requests of operators by what became of them, and those that other nodes passed on.", counters, ("way", way));
        }
    }

    private void Count(string way, string outcome) => (way switch
    {
        "GET" => _gets,
        "POST" => _posts,
        "peer" => _peers,
        _ => _others,
    })[outcome].Increment();
}
