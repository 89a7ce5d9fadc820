using System.Collections.Immutable;
using System.Net;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Cluster.Peers;
using Pool.Actors.Runtime;
using Pool.Host.Admin;
using Pool.Host.Admin.Api;
using Pool.Host.Admin.Endpoints;
using Pool.Host.Lifecycle;
using Pool.Testing;

namespace Pool.Host.Tests.Admin;

/// <summary>
/// The admin ports of some nodes "a", "b", ... in one process: real sessions and pools over fake servers, and between the nodes calls
/// instead of a network. The first one's port is really there, under the token <see cref="Token"/>.
/// </summary>
internal sealed class AdminCluster : IPeerNetwork, IAsyncDisposable
{
    public const string Token = "open sesame";

    private readonly Dictionary<string, AdminPeerService> _services = [];
    private readonly AdminServer _server;
    private readonly Drain _drain = new(TimeProvider.System);

    private AdminCluster(int nodes)
    {
        var names = Enumerable.Range(0, nodes).Select(i => ((char)('a' + i)).ToString()).ToArray();
        var view = new ClusterView(7, names.Select((name, i) => new Member
        {
            Name = name, Incarnation = new Incarnation(100 + i), Slot = i + 1, PeerAddress = $"10.0.0.{i + 1}:6035", Release = "1.2.3", JoinedAt = ManualTime.Start,
        }).ToImmutableSortedDictionary(m => m.Name, m => m, StringComparer.Ordinal));
        var access = new AdminAccess();
        access.Replace(Token);
        AdminFront? front = null;
        foreach (var name in names)
        {
            var membership = new FixedMembership(view, view.Members[name]);
            var node = new TestNode(slot: membership.Self.Slot);
            var served = new ServedBackend(node.Backend, () => "db:3306", node.Backend.Pool.Resize);
            var inspector = new NodeInspector(node.Services, [served], node.Time);
            var life = new LifeStub();
            var api = new AdminApi(name, new AdminNode(node.Services, [served], inspector, membership, life, node.Time)
            {
                JoinInfo = () => new Dictionary<string, string> { ["cluster"] = "prod" },
            }.Routes());
            Nodes.Add(node);
            Lives.Add(life);
            _services[name] = new AdminPeerService(api, new AdminMetrics());
            front ??= new AdminFront(api, membership, this, () => null, Metrics, TimeProvider.System);
        }

        var stub = new NodeStub();
        _server = new AdminServer(
            new IPEndPoint(IPAddress.Loopback, 0), access, new Readiness(_drain, [], () => null), new MetricsPage([Metrics]), stub, front!);
    }

    public List<TestNode> Nodes { get; } = [];

    public List<LifeStub> Lives { get; } = [];

    /// <summary>Members that cannot be reached.</summary>
    public HashSet<string> Cut { get; } = [];

    /// <summary>What the first node counts.</summary>
    public AdminMetrics Metrics { get; } = new();

    /// <summary>The first node's admin port.</summary>
    public Uri Address => _server.Address;

    /// <summary>What one node answers another.</summary>
    public AdminPeerService ServiceOf(string name) => _services[name];

    public static async Task<AdminCluster> StartAsync(int nodes = 1)
    {
        var cluster = new AdminCluster(nodes);
        await cluster._server.StartAsync(CancellationToken.None);
        return cluster;
    }

    public async ValueTask<PeerAnswer> AskAsync(Member peer, PeerQuestion question, CancellationToken cancel) => Cut.Contains(peer.Name)
        ? new PeerAnswer(default, "the line is cut")
        : new PeerAnswer(await _services[peer.Name].AnswerAsync(new PeerName("a", new Incarnation(100), 1), question.Body, cancel), null);

    public ValueTask<PeerPipe> OpenPipeAsync(Member peer, string purpose, CancellationToken cancel) => throw new NotSupportedException();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }

        _drain.Dispose();
    }

    internal sealed class LifeStub : INodeLife
    {
        public MemberRole Role { get; private set; } = MemberRole.Up;

        public string Readiness => Role == MemberRole.Up ? "ready" : "draining";

        public bool HasLeft { get; private set; }

        public string? Drain() => Enter(MemberRole.Draining);

        public string? Resume() => Enter(MemberRole.Up);

        public void Leave() => HasLeft = true;

        private string? Enter(MemberRole role)
        {
            if (HasLeft)
            {
                return "the node is leaving";
            }

            Role = role;
            return null;
        }
    }

    internal sealed class FixedMembership(ClusterView view, Member self) : IMembership
    {
        public string Cluster => "prod";

        public Member Self => self;

        public ClusterView View => view;

        public long LeaseId => 1;

        public bool IsProven => true;

        public event Action<ClusterView, ClusterView> Changed
        {
            add { }
            remove { }
        }
    }
}
