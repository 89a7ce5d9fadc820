using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Pool.Actors.Backends;
using Pool.Actors.Pooling;
using Pool.Actors.Settings;
using Pool.Actors.Telemetry;
using Pool.Testing;

namespace Pool.Actors.Tests.Pooling;

/// <summary>A pool on a fake backend and a clock that stands still; one connection of the share is for control.</summary>
internal sealed class PoolFixture : IAsyncDisposable
{
    public static readonly ConnectionClass App = new("app", FoundRows: false, LocalFiles: false);
    public static readonly ConnectionClass Batch = new("batch", FoundRows: false, LocalFiles: false);
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    /// <summary>After this a test has failed rather than that the machine is slow.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    public PoolFixture(int leases = 4, Func<PoolOptions, PoolOptions>? change = null, TimeProvider? time = null, int seed = 1)
    {
        var options = new PoolOptions { Name = "db", DefaultClass = App, MaxConnections = leases + 1 };
        options = change is null ? options : change(options);
        Connector = new FakeConnector(Fingerprints) { Time = time ?? Time };
        Pool = new BackendPool(options, Connector, Fingerprints, time ?? Time, new Random(seed), Metrics, NullLogger.Instance);
        Pool.StartAsync().AsTask().Wait();
    }

    public ManualTime Time { get; } = new();

    public FingerprintTable Fingerprints { get; } = new();

    public PoolMetrics Metrics { get; } = new();

    public FakeConnector Connector { get; }

    public BackendPool Pool { get; }

    public PoolSnapshot Now => Pool.Snapshot();

    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        for (var started = Stopwatch.GetTimestamp(); !condition();)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < s_limit, $"never happened: {what}");
            await Task.Delay(1);
        }
    }

    public Fingerprint Of(string? database, ConnectionClass? connectionClass = null) =>
        Fingerprints.Acquire(connectionClass ?? App, FakeVariables.In(database));

    public Task<LeaseResult> LeaseAsync(Fingerprint needed, string user = "ann") =>
        Pool.LeaseAsync(new Waiter(user, Pool.QuotaOf(user)), needed).AsTask().WaitAsync(s_limit);

    /// <summary>Leases as a session does, painting included.</summary>
    public async Task<FakeConnection> TakeAsync(Fingerprint needed, string user = "ann")
    {
        var lease = await LeaseAsync(needed, user);
        Assert.Equal(LeaseFailure.None, lease.Failure);
        var connection = (FakeConnection)lease.Connection!;
        connection.Paint(needed);
        return connection;
    }

    /// <summary>Leaves <paramref name="count"/> idle connections with a fingerprint in the pool.</summary>
    public async Task<FakeConnection[]> FillAsync(Fingerprint fingerprint, int count, string user = "ann")
    {
        var taken = new List<FakeConnection>();
        for (var i = 0; i < count; i++)
        {
            taken.Add(await TakeAsync(fingerprint, user));
        }

        taken.ForEach(Pool.Return);
        return [.. taken];
    }

    /// <summary>Waits for the background work to settle, and checks the law of conservation and the server's own count.</summary>
    public async Task AssertAtRestAsync()
    {
        await UntilAsync(() => Now is { Connecting: 0, Closing: 0 } now && now.IsConserved, "rest");
        var rest = Now;
        Assert.Equal(rest.Active + rest.Control, Connector.Live.Count);
        Assert.True(Connector.Peak <= Pool.Options.MaxConnections, $"{Connector.Peak} connections at once");
    }

    public ValueTask DisposeAsync() => Pool.DisposeAsync();
}
