using System.Text.Json;
using System.Text.Json.Nodes;
using Pool.Live.Tests.Cluster.FaultList;
using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Cluster;

/// <summary>Real nodes "pool-1", "pool-2" and so on and an etcd, in front of a server whose process list tells the nodes' account apart.</summary>
internal sealed class NodeCluster : IAsyncDisposable
{
    /// <summary>The cluster's name.</summary>
    public const string Name = "live";

    /// <summary>Whom clients log in as.</summary>
    public const string User = "app";

    /// <summary>The cap.</summary>
    public const int MaxConnections = 24;

    private const string Token = "cluster-token";
    private readonly ClusterShape _shape;
    private readonly int[] _peerPorts;
    private readonly Dictionary<string, string> _environment = new()
    {
        ["USER_PASSWORD"] = UserPassword, ["ACCOUNT_PASSWORD"] = FaultNode.AccountPassword, ["CLUSTER_SECRET"] = "all nodes know it", ["POOL_ADMIN_TOKEN"] = Token,
    };

    private NodeCluster(DatabaseServer server, ClusterShape shape)
    {
        (Server, _shape) = (server, shape);
        Etcd = new EtcdServers(shape.EtcdMembers);
        Nodes = [.. Enumerable.Range(0, shape.Nodes).Select(_ => new PoolNode())];
        _peerPorts = [.. Nodes.Select(_ => FreePort.Next())];
        Network = shape.HasNetwork ? new ClusterNetwork(Etcd.Endpoints, server.Port, Nodes) : null;
    }

    /// <summary>That user's password.</summary>
    public const string UserPassword = "Client-pass-0word";

    /// <summary>The server.</summary>
    public DatabaseServer Server { get; }

    /// <summary>What the nodes agree in.</summary>
    public EtcdServers Etcd { get; }

    /// <summary>What can fail between them, if there is something.</summary>
    public ClusterNetwork? Network { get; }

    /// <summary>The nodes.</summary>
    public IReadOnlyList<PoolNode> Nodes { get; }

    /// <summary>The most connections that all nodes together may have.</summary>
    public int Cap => _shape.MaxConnections;

    /// <summary>Starts everything, and waits until all nodes are ready and see each other.</summary>
    public static async Task<NodeCluster> StartAsync<TServer>(FaultRig<TServer> rig, ClusterShape? shape = null)
        where TServer : DatabaseServer, new()
    {
        var cluster = new NodeCluster(rig.Server, shape ?? new ClusterShape());
        var nodes = cluster.Nodes.Count;
        try
        {
            await cluster.Etcd.StartAsync();
            for (var i = 0; i < nodes; i++)
                await cluster.StartNodeAsync(i);
            await Eventually.TrueAsync(
                async () => (await Task.WhenAll(cluster.Nodes.Select(n => n.AdminAsync("/metrics"))))
                    .All(p => p.Contains($"\npool_cluster_members{{role=\"Up\"}} {nodes}\n", StringComparison.Ordinal)),
                () => $"the nodes do not see each other\n{cluster.Log}");
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>What the nodes have logged.</summary>
    public string Log => string.Join("\n---\n", Nodes.Select(n => n.Log));

    /// <summary>Starts a node, again if it has ended, and waits until it is ready.</summary>
    public Task StartNodeAsync(int index) => Nodes[index].StartAsync(Configuration(index), EnvironmentOf(index));

    /// <summary>Starts a node, again if it has ended.</summary>
    public Task LaunchNodeAsync(int index) => Nodes[index].LaunchAsync(Configuration(index), EnvironmentOf(index));

    /// <summary>A client of the server itself, who may do everything.</summary>
    public Task<SqlClient> AdministratorAsync() => SqlClient.ConnectAsync(Server.Port, DatabaseServer.User, DatabaseServer.Password);

    /// <summary>A session at a node.</summary>
    public Task<SqlClient> ConnectAsync(int index) => SqlClient.ConnectAsync(Nodes[index].Port, User, UserPassword);

    /// <summary>How many connections of the nodes the server has.</summary>
    public static Task<int> CountAsync(SqlClient administrator) => ProcessList.CountAsync(administrator, FaultRig<MariaDbServer>.Account);

    /// <summary>Runs pbm against a node.</summary>
    public Task<ToolResult> PbmAsync(int index, string line) => Tool.RunAsync(
        Path.Combine(AppContext.BaseDirectory, "pbm"), line.Split(' '), TimeSpan.FromMinutes(2),
        new Dictionary<string, string> { ["POOL_ADMIN"] = $"127.0.0.1:{Nodes[index].AdminPort}", ["POOL_ADMIN_TOKEN"] = Token });

    /// <summary>What pbm answers as JSON; fails unless its exit code is the one that is expected.</summary>
    public async Task<JsonNode> AskAsync(int index, string line, int exitCode = 0)
    {
        var result = await PbmAsync(index, $"{line} --json");
        Assert.True(result.ExitCode == exitCode, $"pbm {line}: {result}\n{Log}");
        return JsonNode.Parse(result.Output)!;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Nodes.Select(n => n.DisposeAsync().AsTask()));
        await Etcd.DisposeAsync();
        if (Network is { } network)
            await network.DisposeAsync();
    }

    private Dictionary<string, string> EnvironmentOf(int index) =>
        new(_environment.Concat(_shape.Clock is { } clock && index == _shape.Nodes - 1 ? clock.Environment : []));

    private string Configuration(int index)
    {
        var node = Nodes[index];
        object Variable(string name) => new { Environment = name };
        return JsonSerializer.Serialize(new
        {
            Node = new { Name = $"pool-{index + 1}" },
            Cluster = new
            {
                Name, Etcd = new { Endpoints = (Network?.EtcdOf(index) ?? Etcd.Endpoints).Select(e => e.GetLeftPart(UriPartial.Authority)) },
                Secret = Variable("CLUSTER_SECRET"), LeaseTime = $"{_shape.LeaseTime:c}",
                Address = Network is null ? "127.0.0.1" : ClusterNetwork.PeerAddress, Port = Network?.PeerPortOf(index) ?? _peerPorts[index], AdvertisedHost = "127.0.0.1",
            },
            Listeners = new[] { new { Name = "main", node.Port, Backend = "main" } },
            Backends = new[] { new { Name = "main", Host = "127.0.0.1", Port = Network?.ServerPortOf(index) ?? Server.Port, _shape.MaxConnections, LeaseTimeout = $"{_shape.LeaseTimeout:c}", ConnectTimeout = "00:00:10" } },
            Accounts = new[] { new { Name = "main", Backend = "main", User = FaultRig<MariaDbServer>.Account, Password = Variable("ACCOUNT_PASSWORD") } },
            Users = new[] { new { Name = User, Password = Variable("USER_PASSWORD") } },
            Routes = new[] { new { Account = "main" } },
            Admin = new { Port = node.AdminPort, Token = Variable("POOL_ADMIN_TOKEN") },
            Shutdown = new { DrainTimeout = "00:00:20" },
            Log = new { Format = "text" },
        });
    }
}
