using System.Globalization;
using System.Net.Sockets;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Cluster.FaultList;

/// <summary>
/// The ways of each node to etcd, to the server and to each other node, through proxies of the tests' own: any of them can fail
/// without the others.
/// </summary>
internal sealed class ClusterNetwork : IAsyncDisposable
{
    /// <summary>The address that nodes listen on for each other; what they advertise is a proxy's, with the same port.</summary>
    public const string PeerAddress = "127.0.0.2";

    private readonly IReadOnlyList<PoolNode> _nodes;
    private readonly List<StallingProxy[]> _etcd = [];
    private readonly List<StallingProxy> _server = [];
    private readonly List<StallingProxy> _peers = [];
    private readonly Gate[] _toEtcd;
    private readonly Gate[] _toServer;
    private readonly Gate[,] _between;
    private readonly Gate _others = new();

    /// <summary>All ways are open.</summary>
    public ClusterNetwork(IReadOnlyList<Uri> etcd, int serverPort, IReadOnlyList<PoolNode> nodes)
    {
        _nodes = nodes;
        (_toEtcd, _toServer, _between) = (NewGates(), NewGates(), new Gate[nodes.Count, nodes.Count]);
        for (var i = 0; i < nodes.Count; i++)
        {
            var node = i;
            for (var from = 0; from < nodes.Count; from++)
                _between[from, node] = new Gate();
            _etcd.Add([.. etcd.Select(e => new StallingProxy(e, _ => _toEtcd[node]))]);
            _server.Add(new StallingProxy(AddressOf("127.0.0.1", serverPort), _ => _toServer[node]));
            _peers.Add(new StallingProxy(AddressOf(PeerAddress), port => GateBetween(port, node)));
        }
    }

    /// <summary>Where a node finds etcd.</summary>
    public IEnumerable<Uri> EtcdOf(int node) => _etcd[node].Select(p => p.Address);

    /// <summary>Where a node finds the server.</summary>
    public int ServerPortOf(int node) => _server[node].Address.Port;

    /// <summary>The port of a node's for the others.</summary>
    public int PeerPortOf(int node) => _peers[node].Address.Port;

    /// <summary>A node's way to etcd.</summary>
    public Gate ToEtcd(int node) => _toEtcd[node];

    /// <summary>A node's way to the server.</summary>
    public Gate ToServer(int node) => _toServer[node];

    /// <summary>A node's ways to the other nodes, and theirs to it.</summary>
    public IEnumerable<Gate> ToPeers(int node) =>
        Enumerable.Range(0, _nodes.Count).Where(other => other != node).SelectMany(other => new[] { _between[node, other], _between[other, node] });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in _etcd.SelectMany(p => p).Concat(_server).Concat(_peers))
            await proxy.DisposeAsync();
    }

    private Gate[] NewGates() => [.. _nodes.Select(_ => new Gate())];

    // Nodes do not choose the port that they connect from: whose it is stands in /proc.
    private Gate GateBetween(int port, int node)
    {
        if (SocketOf(port, _peers[node].Address.Port) is not { } socket)
            return _others;

        for (var from = 0; from < _nodes.Count; from++)
        {
            if (_nodes[from].HasOpen(socket))
                return _between[from, node];
        }

        return _others;
    }

    private static string? SocketOf(int port, int remotePort)
    {
        const int Local = 1, Remote = 2, Inode = 9;
        return File.ReadLines("/proc/net/tcp").Skip(1)
            .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(f => PortOf(f[Local]) == port && PortOf(f[Remote]) == remotePort)
            .Select(f => $"socket:[{f[Inode]}]").FirstOrDefault();
    }

    private static int PortOf(string address) => int.Parse(address.AsSpan(address.IndexOf(':', StringComparison.Ordinal) + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static Uri AddressOf(string host, int? port = null) => new($"tcp://{host}{(port is { } p ? $":{p}" : "")}");
}
