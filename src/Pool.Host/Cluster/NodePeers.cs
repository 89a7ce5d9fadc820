using Microsoft.Extensions.Logging;
using Pool.Actors.Backends;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Cluster.Remote;
using Pool.Actors.Cluster.Sessions;
using Pool.Actors.Sessions;
using Pool.Host.Admin;
using Pool.Host.Admin.Api;
using Pool.Host.Peers;

namespace Pool.Host.Cluster;

/// <summary>What one node and the others do for each other: reach each other's sessions, lend connections, answer operators.</summary>
internal sealed class NodePeers : IAsyncDisposable
{
    private readonly PeerUnit _peers;
    private readonly RemoteLeases _leases;
    private readonly LocalSessions _sessions;
    private readonly AdminPeerService _admin;
    private readonly LoanKillService _loanKills;
    private readonly IMembership _membership;

    /// <summary>Has the node's sessions reach those of other nodes; the rest begins with <see cref="Start"/> and <see cref="Open"/>.</summary>
    public NodePeers(
        PeerUnit peers, IMembership membership, SessionServices sessions, IReadOnlyList<Backend> backends, AdminPeerService admin, RemoteLeaseOptions leases, ILogger logger)
    {
        (_peers, _membership, _admin) = (peers, membership, admin);
        _loanKills = new LoanKillService(backends);
        _sessions = new LocalSessions(sessions.Sessions, sessions.Metrics, sessions.Time);
        sessions.Directory = new ClusterSessions(_sessions, membership, peers.Network, sessions.Time);
        _leases = new RemoteLeases(leases, membership, peers.Network, backends, sessions.Time, logger);
        Metrics =
        [
            new PeerMetricSource(peers.Metrics, () => peers.Count),
            .. _leases.Metrics.Join(backends, m => m.Key, b => b.Name, (m, b) => new RemoteMetricSource(b.Name, m.Value, b.Pool.Snapshot)),
        ];
    }

    /// <summary>What they are counted by.</summary>
    public IReadOnlyList<IMetricSource> Metrics { get; }

    /// <summary>Lets other nodes in; a <see cref="System.Net.Sockets.SocketException"/> says why it cannot listen.</summary>
    public void Start() => _peers.Start([new SessionKillService(_sessions, _membership), new ProcessListService(_sessions), _loanKills, _admin], [_leases]);

    /// <summary>Begins to borrow connections. The node must be a member of its cluster.</summary>
    public void Open() => _leases.Start();

    /// <summary>Lends no more, and waits until what is lent has come back.</summary>
    public Task DrainAsync(CancellationToken cancel) => _leases.DrainAsync(cancel);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _leases.DisposeAsync();
}
