using Pool.Host.Configuration;

namespace Pool.Host.Cluster;

/// <summary>What the configuration of a further node has to say, so that it joins this one's cluster.</summary>
internal static class JoinInfo
{
    /// <summary>By option; of secrets only where this node finds them.</summary>
    public static IReadOnlyDictionary<string, string> Of(PoolConfig config) => config.Cluster is not { } cluster
        ? new Dictionary<string, string> { ["Cluster"] = "none: the node is alone; give it a Cluster section, and start it again" }
        : new Dictionary<string, string>
        {
            ["Cluster.Name"] = cluster.Name,
            ["Cluster.Etcd.Endpoints"] = string.Join(' ', cluster.Etcd.Endpoints),
            ["Cluster.Etcd.User"] = cluster.Etcd.User ?? "none",
            ["Cluster.Secret"] = $"the same as here, where it is in {PlaceOf(cluster.Secret)}",
            ["Cluster.Encrypt"] = cluster.Encrypt ? "true" : "false",
            ["Cluster.LeaseTime"] = $"{cluster.LeaseTime:c}",
            ["Cluster.AdvertisedHost"] = "the host by which the other nodes reach the new one",
            ["Node.Name"] = "a name that no member has",
            ["Node.Slot"] = "not given: it is claimed",
            ["Backends"] = string.Join(", ", config.Backends.Select(b => $"{b.Name} with MaxConnections {b.MaxConnections}")),
            ["Users"] = config.Users.Where(u => u.MaxConnections > 0).Select(u => $"{u.Name} with MaxConnections {u.MaxConnections}").ToList() is { Count: > 0 } capped
                ? string.Join(", ", capped) : "none with MaxConnections",
        };

    private static string PlaceOf(SecretReference secret) =>
        secret.Environment is { } variable ? $"the environment variable {variable}" : $"the file {secret.File}";
}
