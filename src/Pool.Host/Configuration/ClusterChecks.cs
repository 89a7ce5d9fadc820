using Pool.Actors.Cluster.Shares;

namespace Pool.Host.Configuration;

/// <summary>The rules of the cluster's section. Pure: looks at nothing but the configuration.</summary>
internal static class ClusterChecks
{
    private const int LongestName = 63;

    /// <summary>Everything that is wrong.</summary>
    public static IEnumerable<ConfigProblem> Problems(PoolConfig config) => config.Cluster is not { } cluster ? [] :
    [
        .. Name("Node.Name", config.Node.Name),
        .. Slot(config.Node.Slot),
        .. Name("Cluster.Name", cluster.Name),
        .. cluster.Etcd.Endpoints.SelectMany((e, i) => Endpoint($"Cluster.Etcd.Endpoints[{i}]", e, cluster.Etcd.Endpoints[0])),
        .. User(cluster.Etcd),
        .. WholeSeconds(cluster.LeaseTime),
        .. Host(cluster.AdvertisedHost),
        .. config.Backends.SelectMany(Cap),
    ];

    // Names are parts of keys, and of other nodes' logs.
    private static IEnumerable<ConfigProblem> Name(string path, string name)
    {
        if (name.Length > LongestName || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_')))
        {
            yield return new ConfigProblem(path, name, $"must be {LongestName} letters, digits, '.', '-' and '_' at most, since it is the name in a cluster");
        }
    }

    private static IEnumerable<ConfigProblem> Slot(int? slot)
    {
        if (slot is not null)
        {
            yield return new ConfigProblem("Node.Slot", ConfigScalar.Format(slot), "must not be given together with Cluster, where slots are claimed");
        }
    }

    private static IEnumerable<ConfigProblem> Endpoint(string path, string endpoint, string first)
    {
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.PathAndQuery != "/" || uri.UserInfo.Length > 0)
        {
            yield return new ConfigProblem(path, null, "must be a URL such as https://10.0.0.1:2379");
        }
        else if (Uri.TryCreate(first, UriKind.Absolute, out var other) && other.Scheme != uri.Scheme)
        {
            yield return new ConfigProblem(path, endpoint, $"must be {other.Scheme}, as the first one is");
        }
    }

    private static IEnumerable<ConfigProblem> User(EtcdConfig etcd)
    {
        if ((etcd.User is null) != (etcd.Password is null))
        {
            yield return new ConfigProblem("Cluster.Etcd", null, "must have both of User, Password or none");
        }
    }

    private static IEnumerable<ConfigProblem> WholeSeconds(TimeSpan leaseTime)
    {
        if (leaseTime.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            yield return new ConfigProblem("Cluster.LeaseTime", ConfigScalar.Format(leaseTime), "must be whole seconds");
        }
    }

    // Of a smaller cap not even a node that is alone in its cluster would have a connection for sessions.
    private static IEnumerable<ConfigProblem> Cap(BackendConfig backend, int index)
    {
        var least = backend.ReservedConnections + 1 + ShareLedger.KeptPlaces;
        if (backend.MaxConnections < least && backend.ReservedConnections < backend.MaxConnections)
        {
            yield return new ConfigProblem(
                $"Backends[{index}].MaxConnections", ConfigScalar.Format(backend.MaxConnections),
                $"must be at least {least} in a cluster: one for sessions, those that are reserved, and a place that is no node's");
        }
    }

    private static IEnumerable<ConfigProblem> Host(string host)
    {
        if (host.Length > 0 && Uri.CheckHostName(host) == UriHostNameType.Unknown)
        {
            yield return new ConfigProblem("Cluster.AdvertisedHost", host, "must be a host name or an IP address");
        }
    }
}
