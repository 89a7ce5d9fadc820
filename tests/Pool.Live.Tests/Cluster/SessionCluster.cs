using System.Text.Json;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Cluster;

/// <summary>Three real nodes that share an etcd, a MariaDB and a secret, for what their sessions do to each other.</summary>
public sealed class SessionCluster : IAsyncLifetime
{
    /// <summary>A client user.</summary>
    public const string User = "app";

    /// <summary>A client user who may end others' sessions.</summary>
    public const string Administrator = "admin";

    /// <summary>The cluster's name.</summary>
    public const string Name = "live";

    /// <summary>What the nodes share.</summary>
    public const string Secret = "a secret that all nodes know";

    private readonly EtcdServers _etcd = new(members: 1);
    private readonly MariaDbServer _server = new();
    private readonly PoolNode[] _nodes = [new(), new(), new()];
    private readonly int[] _peerPorts = [FreePort.Next(), FreePort.Next(), FreePort.Next()];

    /// <summary>What the nodes agree in.</summary>
    public EtcdServers Etcd => _etcd;

    /// <summary>A node.</summary>
    public PoolNode this[int index] => _nodes[index];

    /// <summary>A session at a node.</summary>
    internal Task<SqlClient> ConnectAsync(int index, string user = User) => SqlClient.ConnectAsync(_nodes[index].Port, user, DatabaseServer.Password);

    /// <summary>Starts a node, again if it has ended.</summary>
    public Task StartAsync(int index, string secret = Secret) => _nodes[index].StartAsync(Configuration(index), EnvironmentOf(secret));

    /// <summary>Waits until each node sees as many members.</summary>
    public Task MeetAsync(int members) => Eventually.TrueAsync(
        async () =>
        {
            var pages = await Task.WhenAll(_nodes.Take(members).Select(n => n.AdminAsync("/metrics")));
            return pages.All(p => p.Contains($"\npool_cluster_members{{role=\"Up\"}} {members}\n", StringComparison.Ordinal));
        },
        () => $"the nodes do not see each other\n{string.Join("\n---\n", _nodes.Select(n => n.Log))}");

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        await Task.WhenAll(_etcd.StartAsync(), _server.StartAsync());
        await Task.WhenAll(Enumerable.Range(0, _nodes.Length).Select(i => StartAsync(i)));
        await MeetAsync(_nodes.Length);
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await Task.WhenAll(_nodes.Select(n => n.DisposeAsync().AsTask()));
        await _server.DisposeAsync();
        await _etcd.DisposeAsync();
    }

    private static Dictionary<string, string> EnvironmentOf(string secret) => new() { ["PASSWORD"] = DatabaseServer.Password, ["SECRET"] = secret };

    private string Configuration(int index)
    {
        var password = new { Environment = "PASSWORD" };
        return JsonSerializer.Serialize(new
        {
            Node = new { Name = $"node-{index}" },
            Cluster = new
            {
                Name,
                Etcd = new { Endpoints = _etcd.Endpoints.Select(e => e.GetLeftPart(UriPartial.Authority)) },
                Secret = new { Environment = "SECRET" },
                LeaseTime = "00:00:05",
                Address = "127.0.0.1",
                Port = _peerPorts[index],
                AdvertisedHost = "127.0.0.1",
            },
            Listeners = new[] { new { Name = "main", Address = "127.0.0.1", _nodes[index].Port, Backend = "main" } },
            Backends = new[] { new { Name = "main", Host = "127.0.0.1", _server.Port, MaxConnections = 30 } },
            Accounts = new[] { new { Name = "main", Backend = "main", DatabaseServer.User, Password = password } },
            Users = new object[]
            {
                new { Name = User, Password = password },
                new { Name = Administrator, Password = password, CanKillOthers = true },
            },
            Routes = new[] { new { Account = "main" } },
            Admin = new { Port = _nodes[index].AdminPort },
            Log = new { Format = "text" },
        });
    }
}
