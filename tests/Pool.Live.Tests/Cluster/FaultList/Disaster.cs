using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Cluster.FaultList;

/// <summary>A fault that happens to a cluster, to one node of it where it is a node's, until it is mended.</summary>
internal sealed class Disaster(Fault fault, NodeCluster cluster, FakeClock clock, int victim, bool isAlone) : IAsyncDisposable
{
    private const int LongQueries = 4;

    // Among other faults the node may come back before it is lost; the queries are then in order, and its clients wait for their end.
    private readonly int _longSeconds = isAlone ? 60 : 15;

    // The nodes go without some of the cap, but none without all: who has come first has what there is.
    private const int Missing = 2;
    private static readonly TimeSpan s_slow = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_jump = TimeSpan.FromDays(40);
    private readonly List<SqlClient> _holders = [];
    private SqlClient? _administrator;
    private string? _usualConnections;

    private ClusterNetwork Network => cluster.Network!;

    /// <summary>The nodes whose clients are served all the same.</summary>
    public IEnumerable<int> Serving => fault switch
    {
        Fault.NodeCutFromPeers or Fault.ClockJumped or Fault.PeersSlow or Fault.EtcdLeaderKilled or Fault.EtcdDown
            or Fault.EtcdDataLost or Fault.ServerFull => All,
        Fault.ServerRestarted => [],
        _ => All.Where(n => n != victim),
    };

    /// <summary>Whether the others find that the node is lost.</summary>
    public bool LosesNode => fault is Fault.NodeKilled or Fault.NodeStopped or Fault.NodeCutFromEtcd or Fault.NodeCutOff;

    private IEnumerable<int> All => Enumerable.Range(0, cluster.Nodes.Count);

    /// <summary>Lets it happen.</summary>
    public async Task StrikeAsync()
    {
        switch (fault)
        {
            case Fault.NodeKilled:
                await HoldAsync();
                cluster.Nodes[victim].Send(Signal.Kill);
                break;
            case Fault.NodeStopped:
                await HoldAsync();
                cluster.Nodes[victim].Send(Signal.Stop);
                break;
            case Fault.NodeCutFromEtcd:
                Network.ToEtcd(victim).Close();
                break;
            case Fault.NodeCutFromPeers:
                ForPeers(g => g.Close());
                break;
            case Fault.NodeCutFromServer:
                Network.ToServer(victim).Close();
                break;
            case Fault.NodeRefusedByServer:
                Network.ToServer(victim).Refuse();
                break;
            case Fault.NodeCutOff:
                Network.ToEtcd(victim).Close();
                ForPeers(g => g.Close());
                Network.ToServer(victim).Close();
                break;
            case Fault.ClockJumped:
                clock.Jump(s_jump);
                break;
            case Fault.PeersSlow:
                ForPeers(g => g.Slow(s_slow));
                break;
            case Fault.EtcdLeaderKilled:
                await cluster.Etcd.EndAsync(await cluster.Etcd.LeaderAsync(), Signal.Kill);
                break;
            case Fault.EtcdDown or Fault.EtcdDataLost:
                await Task.WhenAll(EtcdMembers.Select(m => cluster.Etcd.EndAsync(m, Signal.Kill)));
                break;
            case Fault.ServerRestarted:
                await cluster.Server.EndAsync(Signal.Kill);
                break;
            case Fault.ServerFull:
                await FillServerAsync();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(fault), fault, null);
        }
    }

    /// <summary>Brings things back; what a node needs to come to itself takes longer.</summary>
    public async Task MendAsync()
    {
        switch (fault)
        {
            case Fault.NodeKilled:
                cluster.Nodes[victim].Send(Signal.Kill);
                await cluster.Nodes[victim].ExitAsync();
                await cluster.LaunchNodeAsync(victim);
                break;
            case Fault.NodeStopped:
                cluster.Nodes[victim].Send(Signal.Continue);
                break;
            case Fault.ClockJumped:
                clock.Jump(-s_jump);
                break;
            case Fault.EtcdLeaderKilled or Fault.EtcdDown:
                await cluster.Etcd.StartAsync();
                break;
            case Fault.EtcdDataLost:
                foreach (var member in EtcdMembers)
                    cluster.Etcd.LoseData(member);
                await cluster.Etcd.StartAsync();
                break;
            case Fault.ServerRestarted:
                await cluster.Server.StartAsync();
                break;
            case Fault.ServerFull:
                await _administrator!.QueryAsync($"SET GLOBAL max_connections = {_usualConnections}");
                break;
            default:
                Network.ToEtcd(victim).Open();
                ForPeers(g => g.Open());
                Network.ToServer(victim).Open();
                break;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var client in _administrator is null ? _holders : [.. _holders, _administrator])
            await client.DisposeAsync();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{fault} (node {victim + 1})";

    private IEnumerable<int> EtcdMembers => Enumerable.Range(0, cluster.Etcd.Endpoints.Count);

    private void ForPeers(Action<Gate> action)
    {
        foreach (var gate in Network.ToPeers(victim))
            action(gate);
    }

    // The server does not notice that who asked is gone, and goes on. Among other faults there may be nobody to ask.
    private async Task HoldAsync()
    {
        for (var i = 0; i < LongQueries; i++)
        {
            if (await SqlClient.TryConnectAsync(cluster.Nodes[victim].Port, NodeCluster.User, NodeCluster.UserPassword) is ({ } holder, _))
            {
                _holders.Add(holder);
                await holder.SendAsync($"SELECT /* long */ SLEEP({_longSeconds})");
            }
        }

        while (isAlone && await cluster.Server.QueryAsync("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'SELECT /* long */%'") != $"{LongQueries}")
            await Task.Delay(20);
    }

    // What the pool has is ended: all nodes open connections at once, and some are refused. Nobody else may get in then.
    private async Task FillServerAsync()
    {
        _administrator = await cluster.AdministratorAsync();
        _usualConnections = await _administrator.QueryAsync("SELECT @@global.max_connections");
        await _administrator.QueryAsync($"SET GLOBAL max_connections = {cluster.Cap - Missing}");
        foreach (var row in (await _administrator.TryAsync($"SELECT id FROM information_schema.PROCESSLIST WHERE USER = '{FaultRig<MariaDbServer>.Account}'")).Rows)
            await _administrator.TryAsync($"KILL {row[0]}");
    }
}
