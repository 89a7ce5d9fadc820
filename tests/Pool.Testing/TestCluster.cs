using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Cluster.Peers;
using Pool.Actors.Cluster.Remote;
using Pool.Actors.Pooling;
using Pool.Actors.Runtime;
using Pool.Actors.Telemetry;

namespace Pool.Testing;

/// <summary>
/// Nodes without processes over one <see cref="FakeServer"/>, which know each other and lend each other connections through pipes in
/// memory. Each has a clock of its own; <see cref="Advance"/> moves them all.
/// </summary>
public sealed class TestCluster : IAsyncDisposable
{
    private readonly TestMember[] _members;
    private readonly int? _seed;
    private int _opened;

    /// <summary>Starts nodes with so many connections for sessions each; those that are to be lent are open already.</summary>
    public TestCluster(
        int[] connections, FakeServer? server = null, int? seed = null, RemoteLeaseOptions? options = null, Func<PoolOptions, PoolOptions>? pool = null,
        RemoteLeaseOptions? optionsOfFirst = null)
    {
        Server = server ?? new FakeServer();
        _seed = seed;
        _members = [.. connections.Select((count, index) => new TestMember(this, index, count, pool))];
        View = new ClusterView(1, _members.ToImmutableSortedDictionary(m => m.Self.Name, m => m.Self, StringComparer.Ordinal));
        foreach (var member in _members)
        {
            member.Start((member == _members[0] ? optionsOfFirst : null) ?? options ?? new RemoteLeaseOptions());
        }
    }

    /// <summary>The database server.</summary>
    public FakeServer Server { get; }

    /// <summary>Who belongs to the cluster.</summary>
    public ClusterView View { get; private set; }

    /// <summary>The pipes that were opened: the borrower's end of each.</summary>
    public ConcurrentQueue<PipeTransport> Pipes { get; } = new();

    /// <summary>No pipe can be opened.</summary>
    public bool IsCutOff { get; set; }

    /// <summary>A node.</summary>
    public TestNode this[int index] => _members[index].Node;

    /// <summary>What a node counts of its loans.</summary>
    public RemoteMetrics Metrics(int index) => _members[index].Leases.Metrics.Single().Value;

    /// <summary>Has a node lend no more; completes when it has back what it has lent.</summary>
    public Task DrainAsync(int index) => _members[index].Leases.DrainAsync(CancellationToken.None);

    /// <summary>Moves all clocks.</summary>
    public void Advance(TimeSpan by)
    {
        foreach (var member in _members)
        {
            member.Node.Time.Advance(by);
        }
    }

    /// <summary>Lets the connections of a node be idle for long enough to be lent.</summary>
    public async Task SpareAsync(int index)
    {
        await TestNode.UntilAsync(() => this[index].Now is { Connecting: 0, Idle: > 0 }, "connections are open");
        Advance(TimeSpan.FromMilliseconds(250));
        Advance(TimeSpan.FromMilliseconds(250));
    }

    /// <summary>The cluster gives a node up.</summary>
    public void Lose(int index)
    {
        var before = View;
        View = new ClusterView(before.Version + 1, before.Members.Remove(_members[index].Self.Name));
        foreach (var member in _members)
        {
            member.Tell(before, View);
        }
    }

    /// <summary>Waits until nothing is leased, lent or borrowed anywhere.</summary>
    public async Task RestAsync()
    {
        await TestNode.UntilAsync(
            () =>
            {
                Advance(TimeSpan.FromMilliseconds(10));
                return _members.All(m => m.Node.Now is { Borrowed: 0, Lent: 0 });
            },
            "all loans end");
        foreach (var member in _members)
        {
            await member.Node.RestAsync();
        }
    }

    /// <summary>A pipe that a node of the cluster opens to another, for a test to say what it likes.</summary>
    public PipeTransport OpenPipe(int to) => (PipeTransport)Open(new PeerName("tester", new Incarnation(99), 1), _members[to].Self).Transport!;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
        {
            await member.Leases.DisposeAsync();
        }

        foreach (var member in _members)
        {
            await member.Node.DisposeAsync();
        }
    }

    private TestMember? Reachable(Member to) =>
        IsCutOff || !View.Members.ContainsKey(to.Name) ? null : Array.Find(_members, m => m.Self.Name == to.Name);

    private async ValueTask<PeerAnswer> AskAsync(PeerName from, Member to, PeerQuestion question, CancellationToken cancel) =>
        Reachable(to) is { } asked && asked.Kills.Kind == question.Kind
            ? new PeerAnswer(await asked.Kills.AnswerAsync(from, question.Body, cancel), null)
            : new PeerAnswer(default, "unreachable");

    private PeerPipe Open(PeerName from, Member to)
    {
        if (Reachable(to) is not { } served)
        {
            return new PeerPipe(null, "unreachable");
        }

        var (near, far) = PipeTransport.CreatePair(_seed + Interlocked.Increment(ref _opened));
        Pipes.Enqueue(near);
        _ = served.Leases.ServeAsync(from, far, CancellationToken.None);
        return new PeerPipe(near, null);
    }

    private sealed class TestMember : IMembership, IPeerNetwork
    {
        private readonly TestCluster _cluster;

        public TestMember(TestCluster cluster, int index, int connections, Func<PoolOptions, PoolOptions>? pool)
        {
            _cluster = cluster;
            Self = new Member { Name = $"node-{index}", Incarnation = new Incarnation(index + 1), Slot = index + 1, PeerAddress = $"node-{index}:6035" };
            Node = new TestNode(connections, cluster.Server, o => (pool?.Invoke(o) ?? o) with { MinIdle = connections }, slot: Self.Slot);
            Kills = new LoanKillService([Node.Backend]);
        }

        public event Action<ClusterView, ClusterView>? Changed;

        public TestNode Node { get; }

        public RemoteLeases Leases { get; private set; } = null!;

        public LoanKillService Kills { get; }

        public string Cluster => "test";

        public Member Self { get; }

        public ClusterView View => _cluster.View;

        public long LeaseId => Self.Incarnation.Value;

        public bool IsProven => true;

        public void Start(RemoteLeaseOptions options)
        {
            Leases = new RemoteLeases(options, this, this, [Node.Backend], Node.Time, NullLogger.Instance);
            Leases.Start();
        }

        public void Tell(ClusterView before, ClusterView after) => Changed?.Invoke(before, after);

        public ValueTask<PeerAnswer> AskAsync(Member peer, PeerQuestion question, CancellationToken cancel) =>
            _cluster.AskAsync(Name, peer, question, cancel);

        public ValueTask<PeerPipe> OpenPipeAsync(Member peer, string purpose, CancellationToken cancel) =>
            ValueTask.FromResult(_cluster.Open(Name, peer));

        private PeerName Name => new(Self.Name, Self.Incarnation, 1);
    }
}
