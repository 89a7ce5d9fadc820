using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Twin;

/// <summary>
/// What is in front of the pooled side's server: a node, or a cluster of nodes that lend each other their connections since clients come
/// to all of them in turn.
/// </summary>
internal sealed partial class TwinNodes : IAsyncDisposable
{
    private const int LongestLog = 1000;
    private static int s_clusters;
    private readonly EtcdServers? _etcd;
    private readonly PoolNode[] _nodes;

    private TwinNodes(EtcdServers? etcd, PoolNode[] nodes) => (_etcd, _nodes) = (etcd, nodes);

    /// <summary>Starts them, and waits until they are ready.</summary>
    /// <param name="nodes">How many: one alone needs no cluster.</param>
    /// <param name="server">The server.</param>
    /// <param name="login">Whom they log in as, and their clients too.</param>
    /// <param name="connections">How many connections sessions share.</param>
    /// <param name="leaseTimeout">How long a statement waits for one.</param>
    public static async Task<TwinNodes> StartAsync(int nodes, DatabaseServer server, WireIdentity login, int connections, TimeSpan leaseTimeout)
    {
        var etcd = nodes > 1 ? await EtcdServers.StartedAsync(members: 1) : null;
        var started = new TwinNodes(etcd, [.. Enumerable.Range(0, nodes).Select(_ => new PoolNode())]);
        try
        {
            // Each has one for its own questions; where there are several, a place is kept for whoever looks at the server.
            var cap = connections + nodes + (nodes > 1 ? 1 : 0);
            var secret = new Dictionary<string, string> { ["TWIN_PASSWORD"] = login.Password };
            var cluster = $"twins-{Interlocked.Increment(ref s_clusters)}";
            await Task.WhenAll(started._nodes.Select((node, i) => node.StartAsync(
                Configuration(node, server.Port, login.User, cap, leaseTimeout, etcd is null ? null : Member(cluster, i, etcd)), secret)));
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where a client connects.</summary>
    public int PortOf(int client) => _nodes[client % _nodes.Length].Port;

    /// <summary>How often a node has lent another a connection.</summary>
    public async Task<int> BorrowedAsync() => (await Task.WhenAll(_nodes.Select(n => n.AdminAsync("/metrics"))))
        .Sum(page => Borrowed().Matches(page).Sum(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)));

    /// <summary>Their sessions, and what they have logged last.</summary>
    public async Task<string> StateAsync() => string.Join('\n', await Task.WhenAll(_nodes.Select(async n =>
        $"{await n.AdminAsync("/sessions")}\n{n.Log[Math.Max(0, n.Log.Length - LongestLog)..]}")));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_nodes.Select(n => n.DisposeAsync().AsTask()));
        if (_etcd is not null)
            await _etcd.DisposeAsync();
    }

    private static (object Node, object Cluster) Member(string cluster, int index, EtcdServers etcd) => (
        new { Name = $"twin-{index + 1}" },
        new
        {
            Name = cluster, Etcd = new { Endpoints = etcd.Endpoints.Select(e => e.GetLeftPart(UriPartial.Authority)) },
            Secret = new { Environment = "TWIN_PASSWORD" }, LeaseTime = "00:00:30", Address = "127.0.0.1", Port = FreePort.Next(), AdvertisedHost = "127.0.0.1",
        });

    private static string Configuration(PoolNode node, int serverPort, string user, int maxConnections, TimeSpan leaseTimeout, (object Node, object Cluster)? member)
    {
        var secret = new { Environment = "TWIN_PASSWORD" };
        var sections = new Dictionary<string, object>
        {
            ["Listeners"] = new[] { new { Name = "main", node.Port, Backend = "main", HandshakeTimeout = "00:02:00" } },
            ["Backends"] = new[]
            {
                new
                {
                    Name = "main", Host = "127.0.0.1", Port = serverPort, MaxConnections = maxConnections, Tls = new { Mode = "disabled" },

                    // On a slow machine nothing but a wait in vain may end anything, see TwinRun.
                    LeaseTimeout = $"{leaseTimeout:c}", ConnectTimeout = "00:02:00", ClientWriteTimeout = "00:10:00",
                    IdleInTransactionTimeout = "01:00:00", IdlePinnedTimeout = "01:00:00",
                },
            },
            ["Accounts"] = new[] { new { Name = user, Backend = "main", User = user, Password = secret } },
            ["Users"] = new[] { new { Name = user, Password = secret } },
            ["Routes"] = new[] { new { Account = user } },
            ["Admin"] = new { Port = node.AdminPort },
            ["Log"] = new { Level = "Information", Format = "text" },
        };
        if (member is var (self, cluster))
            (sections["Node"], sections["Cluster"]) = (self, cluster);
        return JsonSerializer.Serialize(sections);
    }

    [GeneratedRegex(@"^pool_borrowed_total\{.*\} (\d+)", RegexOptions.Multiline)]
    private static partial Regex Borrowed();
}
