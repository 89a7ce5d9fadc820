using Pool.Actors.Backends;
using Pool.Actors.Cluster.Coordination;
using Pool.Actors.Cluster.Shares;
using Pool.Actors.Pooling;
using Pool.Actors.Settings;
using Pool.Actors.Telemetry;
using Pool.Testing;

namespace Pool.Actors.Tests.Cluster.Shares;

/// <summary>A node as far as shares go: a membership, a pool, its keeper, and clients that hold connections.</summary>
internal sealed class ShareNode : IAsyncDisposable
{
    private static readonly ConnectionClass s_class = new(ShareRig.User, FoundRows: false, LocalFiles: false);
    private readonly ShareRig _rig;
    private readonly FingerprintTable _fingerprints = new();
    private readonly Fingerprint _needed;
    private readonly List<Task<LeaseResult>> _leases = [];
    private readonly List<Waiter> _waiters = [];
    private bool _isEnded;

    public ShareNode(ShareRig rig, string name, int cap, ICoordinator store, int userCap, ConnectFailureKind? failing, int minIdle)
    {
        _rig = rig;
        Membership = new FakeMembership(rig.Store, name);
        Register = new ThreadRegister(Membership, store, "db", rig.Time, rig.Log);

        // Its line of waiters hangs on its fingerprints. That of the baseline has the same number everywhere.
        _needed = _fingerprints.Acquire(s_class, FakeVariables.In(null));
        Connector = new GatedConnector(rig.Server, Register) { Failing = failing };
        var options = new PoolOptions
        {
            Name = "db", DefaultClass = s_class, MaxConnections = cap, ConnectsPerSecond = 1000, LeaseTimeout = TimeSpan.FromHours(1),
            MinIdle = minIdle,
            UserCaps = new Dictionary<string, int> { ["ann"] = userCap },
        };
        Pool = new BackendPool(options, Connector, _fingerprints, rig.Time, new Random(1), new PoolMetrics(), rig.Log);
        Keeper = new ShareKeeper(
            new ShareOptions { Backend = "db", Cap = cap, Users = new HashSet<string> { ShareRig.User } },
            Pool, Register, Membership, store, rig.Time, rig.Log);
        Pool.StartAsync().AsTask().Wait();
        Keeper.Start();
    }

    public FakeMembership Membership { get; }

    public ThreadRegister Register { get; }

    public GatedConnector Connector { get; }

    public BackendPool Pool { get; }

    public ShareKeeper Keeper { get; }

    public int Share => Keeper.Snapshot.Share;

    /// <summary>What its clients need a connection to carry.</summary>
    public Fingerprint Needed => _needed;

    /// <summary>What its clients hold.</summary>
    public IReadOnlyList<FakeConnection> Held =>
        [.. _leases.Where(l => l.IsCompletedSuccessfully).Select(l => l.Result.Connection).OfType<FakeConnection>()];

    /// <summary>So many clients more want a connection, and keep it.</summary>
    /// <param name="clients">How many.</param>
    /// <param name="account">Whose connection, if not that of the account that all have.</param>
    public void Want(int clients, string account = ShareRig.User)
    {
        var needed = _fingerprints.Acquire(s_class with { Account = account }, FakeVariables.In(null));
        for (var i = 0; i < clients; i++)
        {
            var waiter = new Waiter("ann", Pool.QuotaOf("ann"));
            _waiters.Add(waiter);
            _leases.Add(Pool.LeaseAsync(waiter, needed).AsTask());
        }
    }

    /// <summary>One of its clients breaks its connection, and leaves.</summary>
    public void Discard()
    {
        var broken = _leases.First(l => l.IsCompletedSuccessfully);
        _leases.Remove(broken);
        Pool.Discard(broken.Result.Connection!, "test");
    }

    /// <summary>Its clients have got what they wanted, and want as much again.</summary>
    public ShareNode Turn()
    {
        var clients = _leases.Count;
        Rest();
        Want(clients);
        return this;
    }

    /// <summary>Its clients leave.</summary>
    public void Rest()
    {
        _waiters.ForEach(w => w.Cancel());
        foreach (var connection in Held)
        {
            connection.Paint(_needed);
            Pool.Return(connection);
        }

        foreach (var lease in _leases.Where(l => !l.IsCompleted))
        {
            _ = ReturnLateAsync(lease);
        }

        _leases.Clear();
        _waiters.Clear();
    }

    // It may have been granted already, and not have told so yet.
    private async Task ReturnLateAsync(Task<LeaseResult> lease)
    {
        if ((await lease).Connection is FakeConnection late)
        {
            late.Paint(_needed);
            Pool.Return(late);
        }
    }

    /// <summary>It is gone from one moment to the next, and what it had at the server is still there.</summary>
    public async Task KillAsync()
    {
        _isEnded = true;
        Membership.Abandon();
        Connector.IsDead = true;
        await Keeper.DisposeAsync();
    }

    /// <summary>It leaves in order.</summary>
    public async Task LeaveAsync()
    {
        _isEnded = true;
        Rest();
        await Pool.DisposeAsync();
        var leaving = Keeper.LeaveAsync(CancellationToken.None);
        await _rig.UntilAsync(() => leaving.IsCompleted, "it has left");
        await leaving;
        Membership.Abandon();
    }

    public override string ToString() => $"{Keeper.Snapshot} {Pool.Snapshot()}{(_isEnded ? " (ended)" : "")}";

    public async ValueTask DisposeAsync()
    {
        if (!_isEnded)
        {
            Rest();
            await Pool.DisposeAsync();
            await Keeper.DisposeAsync();
        }
    }
}
