using System.Diagnostics;
using Pool.Actors.Backends;
using Pool.Actors.Pooling;
using Pool.Actors.Settings;

namespace Pool.Remote;

/// <summary>One way to run a statement, measured again and again: what it took, in microseconds.</summary>
internal sealed class Arm(string name, Func<ValueTask> statement, Func<ValueTask>? end = null)
{
    private readonly List<double> _microseconds = [];

    public string Name => name;

    public double Median => Percentile(0.5);

    public double Percentile(double fraction)
    {
        var sorted = _microseconds.Order().ToArray();
        return sorted[(int)(fraction * (sorted.Length - 1))];
    }

    public void Forget() => _microseconds.Clear();

    public async Task RunAsync(int times)
    {
        for (var i = 0; i < times; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await statement();
            _microseconds.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds);
            if (end is not null)
            {
                await end();
            }
        }
    }

    /// <summary>A lease of a pool's, one statement, and back.</summary>
    public static Arm OfPool(string name, BackendPool pool, Fingerprint needed)
    {
        var waiter = new Waiter("bench");
        return new Arm(name, async () =>
        {
            if (!pool.TryLease(needed, null, out var connection))
            {
                var lease = await pool.LeaseAsync(waiter, needed);
                connection = lease.Connection ?? throw new InvalidOperationException($"{name}: no lease: {lease.Failure}");
            }

            await QueryAsync(connection);
            pool.Return(connection);
        });
    }

    /// <summary>A new connection and one statement. Its end is awaited, and not measured.</summary>
    public static Arm OfConnects(string name, IBackendConnector connector, ConnectionClass connectionClass)
    {
        PooledConnection? connection = null;
        return new Arm(
            name,
            async () =>
            {
                var outcome = await connector.ConnectAsync(connectionClass, CancellationToken.None);
                connection = outcome.Connection ?? throw new InvalidOperationException($"no connection: {outcome.Failure}");
                await QueryAsync(connection);
            },
            async () => await connection!.CloseAsync(TimeSpan.FromSeconds(5)));
    }

    private static async ValueTask QueryAsync(PooledConnection connection)
    {
        var result = await connection.QueryAsync("SELECT c FROM sbtest.sbtest1 WHERE id = 5017", CancellationToken.None);
        if (result.Rows.Count != 1)
        {
            throw new InvalidOperationException($"no row: {result.ErrorText}");
        }
    }
}
