using Pool.Actors.Cluster.Shares;

namespace Pool.Host.Admin;

/// <summary>This node's share of one backend's connections, which a cluster has under one cap.</summary>
/// <param name="backend">The backend's name.</param>
/// <param name="keeper">Who keeps it.</param>
public sealed class ShareMetricSource(string backend, ShareKeeper keeper) : IMetricSource
{
    /// <inheritdoc/>
    public void Write(PrometheusWriter page)
    {
        var label = ("backend", backend);
        var now = keeper.Snapshot;
        page.Gauge("pool_share_cap", "The most backend connections of all nodes together.", now.Cap, label);
        page.Gauge("pool_share", "The backend connections that this node may have of the cap.", now.Share, label);
        page.Gauge("pool_share_wanted", "The share that would do for this node's clients.", now.Wanted, label);
        page.Gauge("pool_share_free", "Places of the cap that no node has; -1 while that is not known.", now.Free, label);
        page.Gauge("pool_share_refused", "1 if this node gets no share, since the cluster has another cap.", now.Refusal is null ? 0 : 1, label);
        page.Counter("pool_share_taken_total", "Places of the cap taken.", keeper.Metrics.Taken.Value, label);
        page.Counter("pool_share_given_back_total", "Places of the cap given back.", keeper.Metrics.GivenBack.Value, label);
        page.Counter("pool_share_reclaimed_total", "Places of lost nodes made free by this one.", keeper.Metrics.Reclaimed.Value, label);
        page.Counter("pool_share_killed_total", "KILLs of lost nodes' connections by this one.", keeper.Metrics.Killed.Value, label);
        page.Counter("pool_share_lost_total", "Times that this node was lost to its cluster.", keeper.Metrics.Lost.Value, label);
        page.Counters("pool_share_commits_total", "Changes of the shares, by how they ended.", keeper.Metrics.Commits, label);
    }
}
