using Pool.Actors.Cluster.Membership;

namespace Pool.Host.Admin;

/// <summary>The cluster as this node sees it.</summary>
public sealed class ClusterMetricSource(IMembership membership) : IMetricSource
{
    /// <inheritdoc/>
    public void Write(PrometheusWriter page)
    {
        var members = membership.View.Members.Values;
        foreach (var role in Enum.GetValues<MemberRole>())
        {
            page.Gauge("pool_cluster_members", "Members that the node sees, by what they do.", members.Count(m => m.Role == role), ("role", role.ToString()));
        }

        page.Gauge("pool_cluster_proven", "1 while it is certain that the others have not begun to treat the node as lost.", membership.IsProven ? 1 : 0);
        page.Counter("pool_cluster_view_changes_total", "Changes of the cluster that the node has seen.", membership.View.Version);
    }
}
