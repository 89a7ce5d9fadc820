using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using Pool.Actors.Backends;
using Pool.Actors.Cluster.Remote;
using Pool.Actors.Pooling;
using Pool.Actors.Settings;
using Pool.Actors.Telemetry;

namespace Pool.Bench;

/// <summary>Taking a connection from the pool and giving it back, without a network.</summary>
public class LeaseBenchmarks
{
    private const int Connections = 8;

    private Waiter _waiter = new("app");
    private UserQuota? _quota;
    private BackendPool _pool = null!;
    private Backend _backend = null!;
    private Fingerprint _fingerprint;
    private volatile bool _stop;
    private Thread? _rival;
    private PooledConnection? _held;
    private RemoteLeases? _leases;

    /// <summary>A pool with all its connections idle.</summary>
    [GlobalSetup(Target = nameof(Lease_and_return))]
    public void Open()
    {
        var fingerprints = new FingerprintTable();
        var connectionClass = new ConnectionClass("app", FoundRows: false, LocalFiles: false);
        _fingerprint = fingerprints.Acquire(connectionClass, new SessionSettings(new Baseline(new VariableCatalogue([], []), [""]), "sbtest", multiStatements: false));
        var options = new PoolOptions { Name = "main", DefaultClass = connectionClass, MaxConnections = Connections + 1, ConnectsPerSecond = 1000 };
        var metrics = new PoolMetrics();
        _pool = new BackendPool(
            options, new IdleConnector(_fingerprint), fingerprints, TimeProvider.System, new Random(1), metrics, NullLogger.Instance);
        _backend = new Backend("main", _pool, metrics, new LeaseLimits(), TimeProvider.System);
        foreach (var connection in Enumerable.Range(0, Connections).Select(_ => Wait()).ToList())
        {
            _pool.Return(connection);
        }
    }

    /// <summary>The same, and sessions of a user that has a cap.</summary>
    [GlobalSetup(Target = nameof(Lease_and_return_with_a_cap))]
    public void OpenWithCap()
    {
        Open();
        _pool.Reconfigure(_pool.Options with { UserCaps = new Dictionary<string, int> { ["app"] = Connections } });
        _quota = _pool.QuotaOf("app");
    }

    /// <summary>The same, and the user may hold one connection, which is leased by us.</summary>
    [GlobalSetup(Target = nameof(Hand_over_within_a_cap))]
    public void OpenAndLeaseAllOfCap()
    {
        Open();
        _pool.Reconfigure(_pool.Options with { UserCaps = new Dictionary<string, int> { ["app"] = 1 } });
        _quota = _pool.QuotaOf("app");
        _waiter = new Waiter("app", _quota);
        _held = _pool.LeaseAsync(_waiter, _fingerprint).AsTask().GetAwaiter().GetResult().Connection;
    }

    /// <summary>The same on a node of a cluster, which could borrow from another and lend to it.</summary>
    [GlobalSetup(Target = nameof(Lease_and_return_in_a_cluster))]
    public void OpenInCluster()
    {
        Open();
        var peers = new SilentPeers();
        _leases = new RemoteLeases(new RemoteLeaseOptions(), peers, peers, [_backend], TimeProvider.System, NullLogger.Instance);
        _leases.Start();
    }

    /// <summary>The same, and another thread that leases and returns all the time.</summary>
    [GlobalSetup(Target = nameof(Lease_and_return_contended))]
    public void OpenWithRival()
    {
        Open();
        _rival = new Thread(() =>
        {
            while (!_stop)
            {
                Lease_and_return();
            }
        });
        _rival.Start();
    }

    /// <summary>The same, and all leased, one of them by us.</summary>
    [GlobalSetup(Target = nameof(Hand_over))]
    public void OpenAndLeaseAll()
    {
        Open();
        for (var i = 0; i < Connections; i++)
        {
            _held = Wait();
        }
    }

    [GlobalCleanup]
    public void Close()
    {
        _stop = true;
        _rival?.Join();
        _leases?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _pool.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    [Benchmark]
    public bool Lease_and_return()
    {
        if (!_pool.TryLease(_fingerprint, preferred: null, out var connection, _quota))
        {
            return false;
        }

        _pool.Return(connection);
        return true;
    }

    [Benchmark]
    public bool Lease_and_return_in_a_cluster() => Lease_and_return();

    [Benchmark]
    public bool Lease_and_return_contended() => Lease_and_return();

    [Benchmark]
    public bool Lease_and_return_with_a_cap() => Lease_and_return();

    /// <summary>All that the user may hold is leased; one more waits for it, and is given the one that comes back.</summary>
    [Benchmark]
    public void Hand_over_within_a_cap() => Hand_over();

    /// <summary>All are leased; one more waits in line, and is given the one that comes back.</summary>
    [Benchmark]
    public void Hand_over()
    {
        var wait = _pool.LeaseAsync(_waiter, _fingerprint);
        _pool.Return(_held!);
        _held = wait.IsCompleted ? wait.Result.Connection : throw new InvalidOperationException("the connection was not handed over");
    }

    private PooledConnection Wait() => _pool.LeaseAsync(new Waiter("app"), _fingerprint).AsTask().GetAwaiter().GetResult().Connection!;
}
