using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using Pool.Actors.Backends;
using Pool.Actors.Pooling;
using Pool.Actors.Settings;
using Pool.Actors.Telemetry;

namespace Pool.Bench;

/// <summary>Taking a connection from the pool and giving it back, without a network.</summary>
public class LeaseBenchmarks
{
    private const int Connections = 8;

    private readonly Waiter _waiter = new("app");
    private BackendPool _pool = null!;
    private Fingerprint _fingerprint;
    private volatile bool _stop;
    private Thread? _rival;
    private PooledConnection? _held;

    /// <summary>A pool with all its connections idle.</summary>
    [GlobalSetup(Target = nameof(Lease_and_return))]
    public void Open()
    {
        var fingerprints = new FingerprintTable();
        var connectionClass = new ConnectionClass("app", FoundRows: false, LocalFiles: false);
        _fingerprint = fingerprints.Intern(connectionClass, new SessionSettings("sbtest", 45, IgnoreSpace: false, MultiStatements: false));
        var options = new PoolOptions { Name = "main", DefaultClass = connectionClass, MaxConnections = Connections + 1, ConnectsPerSecond = 1000 };
        _pool = new BackendPool(
            options, new IdleConnector(_fingerprint), fingerprints, TimeProvider.System, new Random(1), new PoolMetrics(), NullLogger.Instance);
        foreach (var connection in Enumerable.Range(0, Connections).Select(_ => Wait()).ToList())
        {
            _pool.Return(connection);
        }
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
        _pool.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    [Benchmark]
    public bool Lease_and_return()
    {
        if (!_pool.TryLease(_fingerprint, preferred: null, out var connection))
        {
            return false;
        }

        _pool.Return(connection);
        return true;
    }

    [Benchmark]
    public bool Lease_and_return_contended() => Lease_and_return();

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
