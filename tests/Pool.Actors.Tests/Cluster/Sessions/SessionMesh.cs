using Pool.Actors.Backends;
using Pool.Actors.Cluster.Sessions;
using Pool.Testing;
using Pool.Testing.Cluster;
using Pool.Wire.Statements;

namespace Pool.Actors.Tests.Cluster.Sessions;

/// <summary>Nodes with sessions over one server, which reach each other's through the real network in memory. Node n has slot n.</summary>
internal sealed class SessionMesh : IAsyncDisposable
{
    private readonly List<TestNode> _nodes = [];

    public SessionMesh(int nodes = 2, ServerFlavour flavour = ServerFlavour.MySql)
    {
        Server = new FakeServer
        {
            KeepsWarnings = flavour == ServerFlavour.MariaDb,
            Script = (_, statement) => statement.Text == "SELECT SLEEP(100)"
                ? FakeServerReply.None with { Wait = new TaskCompletionSource().Task }
                : null,
        };
        Peers = new PeerMesh(nodes, Time);
        for (var n = 1; n <= nodes; n++)
        {
            var node = new TestNode(server: Server, flavour: flavour, slot: n);
            var (peer, services) = (Peers[n], node.Services);
            var local = new LocalSessions(services.Sessions, services.Metrics, node.Time);
            peer.Serve(new SessionKillService(local, peer.Membership), new ProcessListService(local));
            services.Directory = new ClusterSessions(local, peer.Membership, peer.Network, Time);
            _nodes.Add(node);
        }
    }

    public FakeServer Server { get; }

    /// <summary>The clock of what the nodes ask each other.</summary>
    public ManualTime Time { get; } = new();

    public PeerMesh Peers { get; }

    /// <summary>Node n.</summary>
    public TestNode this[int node] => _nodes[node - 1];

    /// <summary>Has a client run a statement that does not end by itself.</summary>
    public async Task<Task<FakeClientResult>> SleepAsync(FakeClient client)
    {
        var before = Sleeping();
        var sleeping = client.QueryAsync("SELECT SLEEP(100)");
        await TestNode.UntilAsync(() => Sleeping() == before + 1, "the statement runs");
        return sleeping;

        int Sleeping() => Server.Queries.Count(q => q == "SELECT SLEEP(100)");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }
    }
}
