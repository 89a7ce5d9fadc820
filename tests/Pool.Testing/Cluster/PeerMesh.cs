using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Cluster.Peers;
using Pool.Actors.Runtime;

namespace Pool.Testing.Cluster;

/// <summary>
/// Nodes of a cluster in memory: each reaches the others through the real handshake, over pipes. A node's address is its name.
/// Node n is called n1, n2, ..., has slot n and incarnation 100 + n.
/// </summary>
public sealed class PeerMesh : IDialer
{
    /// <summary>The cluster's name.</summary>
    public const string Cluster = "test";

    /// <summary>The port in all addresses.</summary>
    public const int Port = 6035;

    private static readonly PeerSecret s_secret = PeerSecret.From("the secret of the tests' cluster");
    private readonly ConcurrentDictionary<string, MeshNode> _nodes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Action> _stalled = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;

    /// <summary>Nodes that know each other, and serve nothing yet.</summary>
    public PeerMesh(int nodes, TimeProvider? time = null, PeerLimits? limits = null)
    {
        _time = time ?? TimeProvider.System;
        var members = Enumerable.Range(1, nodes).Select(MemberOf).ToList();
        foreach (var member in members)
        {
            var membership = new FakeMembership(Cluster, member);
            membership.Show(members);
            var services = new PeerServices(membership, s_secret, limits ?? new PeerLimits(), new PeerMetrics(), _time, NullLogger.Instance);
            _nodes[member.Name] = new MeshNode(services, this);
        }
    }

    /// <summary>Called with each connection before it is served: (dialled host, dialler's end, acceptor's end).</summary>
    public Action<string, PipeTransport, PipeTransport>? Dialled { get; set; }

    /// <summary>From now on node n accepts connections and says nothing.</summary>
    public void Stall(int node, Action accepted) => _stalled[NameOf(node)] = accepted;

    /// <summary>Node n.</summary>
    public MeshNode this[int node] => _nodes[NameOf(node)];

    /// <summary>The member that node n is.</summary>
    public static Member MemberOf(int node) => new()
    {
        Name = NameOf(node),
        Incarnation = new Incarnation(100 + node),
        Slot = node,
        PeerAddress = $"{NameOf(node)}:{Port}",
    };

    /// <inheritdoc/>
    public ValueTask<DialResult> DialAsync(string host, int port, CancellationToken cancel)
    {
        if (_stalled.TryGetValue(host, out var accepted))
        {
            accepted();
            return ValueTask.FromResult(new DialResult(PipeTransport.CreatePair().Client, null));
        }

        if (!_nodes.TryGetValue(host, out var node) || node.Admission is not { } admission)
        {
            return ValueTask.FromResult(new DialResult(null, "ConnectionRefused"));
        }

        var (near, far) = PipeTransport.CreatePair();
        Dialled?.Invoke(host, near, far);
        _ = admission.AdmitAsync(far);
        return ValueTask.FromResult(new DialResult(near, null));
    }

    private static string NameOf(int node) => "n" + node.ToString(CultureInfo.InvariantCulture);
}

/// <summary>One node of a <see cref="PeerMesh"/>.</summary>
public sealed class MeshNode(PeerServices services, IDialer dialer)
{
    /// <summary>What both directions share.</summary>
    public PeerServices Services { get; private set; } = services;

    /// <summary>Its membership.</summary>
    public FakeMembership Membership => (FakeMembership)Services.Membership;

    /// <summary>Its way to the others.</summary>
    public PeerNetwork Network { get; private set; } = new(services, dialer);

    /// <summary>Its door; null while it cannot be reached.</summary>
    public PeerAdmission? Admission { get; private set; }

    /// <summary>Changes what both directions share, before anything was done.</summary>
    public void With(Func<PeerServices, PeerServices> change)
    {
        Network.Dispose();
        Services = change(Services);
        Network = new PeerNetwork(Services, dialer);
    }

    /// <summary>Lets other nodes in.</summary>
    public void Serve(params IEnumerable<object> services) =>
        Admission = new PeerAdmission(Services, services.OfType<IPeerService>(), services.OfType<IPipeService>());

    /// <summary>Is gone: its connections end, and no new one can be opened.</summary>
    public void Leave()
    {
        Admission?.Dispose();
        Admission = null;
    }
}
