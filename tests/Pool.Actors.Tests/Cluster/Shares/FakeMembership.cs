using Pool.Actors.Cluster.Coordination;
using Pool.Actors.Cluster.Membership;

namespace Pool.Actors.Tests.Cluster.Shares;

/// <summary>A membership whose lease the test has in its hands.</summary>
internal sealed class FakeMembership : IMembership
{
    public static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(10);

    private readonly InProcessCoordinator _store;
    private static long s_lastIncarnation;
    private ICoordinationLease _lease;

    public FakeMembership(InProcessCoordinator store, string name)
    {
        _store = store;
        Self = new Member { Name = name, Incarnation = Next(), Slot = 1, PeerAddress = "nowhere:1" };
        _lease = Grant();
    }

    public event Action<ClusterView, ClusterView> Changed
    {
        add { }
        remove { }
    }

    public string Cluster => "test";

    public Member Self { get; private set; }

    public ClusterView View => ClusterView.Empty;

    public long LeaseId => _lease.Id;

    public bool IsProven => _lease.IsProven && Proven;

    /// <summary>False: the proof has lapsed, and the lease has not.</summary>
    public bool Proven { get; set; } = true;

    /// <summary>The node cannot renew any more: it is stopped, cut off, or dead.</summary>
    public void Abandon() => _lease.Abandon();

    /// <summary>The lease has expired: it joins anew.</summary>
    public void Rejoin()
    {
        _lease = Grant();
        Self = Self with { Incarnation = Next() };
    }

    private static Incarnation Next() => new(Interlocked.Increment(ref s_lastIncarnation));

    private ICoordinationLease Grant() => _store.Grant(LeaseTime, static () => true);
}
