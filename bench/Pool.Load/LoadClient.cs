using System.Diagnostics;
using System.Net.Sockets;

namespace Pool.Load;

/// <summary>
/// Asks, waits for the whole answer, and asks again: over one session, or in mode <see cref="LoadMode.Connect"/> each time over
/// a new one.
/// </summary>
internal sealed class LoadClient(LoadOptions options, ClientKind kind, RunClock clock, int number) : IDisposable
{
    private readonly Random _random = new(number);
    private LoadSession? _session;

    /// <summary>Latencies of the queries that began while the clock measured; in mode Connect, from connecting to the row.</summary>
    public LatencyHistogram Latencies { get; } = new();

    /// <summary>What ended this client early; null if nothing did.</summary>
    public ServerError? Failure { get; private set; }

    /// <summary>Opens the session and runs one query. Never throws.</summary>
    public Task OpenAsync() => GuardAsync(async () =>
    {
        _session = new LoadSession(options, kind, _random, number);
        await _session.OpenAsync(options.Port);
        await _session.CheckAsync();
        await _session.QueryAsync();
    });

    /// <summary>Runs queries until the clock stops them or one fails. Never throws.</summary>
    public Task RunAsync() => Failure is not null ? Task.CompletedTask : GuardAsync(async () =>
    {
        for (var pace = new Pace(options.Rate, _random); !clock.Stopped; await pace.NextAsync())
        {
            var measured = clock.Measuring;
            var began = Stopwatch.GetTimestamp();
            if (options.Mode == LoadMode.Connect)
            {
                await RenewAsync();
            }

            await _session!.QueryAsync();
            if (measured)
            {
                Latencies.Record((long)Stopwatch.GetElapsedTime(began).TotalMicroseconds);
            }

            if (options.Mode == LoadMode.Connect)
            {
                await _session.QuitAsync();
            }
        }

        if (options.Mode != LoadMode.Connect)
        {
            await _session!.CheckAsync();
        }
    });

    public void Dispose() => _session?.Dispose();

    private async Task RenewAsync()
    {
        _session!.Dispose();
        _session = new LoadSession(options, kind, _random, number);
        await _session.OpenAsync(options.Port);
    }

    private async Task GuardAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (ServerError e)
        {
            Failure = e;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IndexOutOfRangeException or ArgumentException)
        {
            Failure = new ServerError(ServerError.ConnectionLost, e.Message);
        }
        finally
        {
            if (Failure is not null)
            {
                Dispose();
            }
        }
    }
}
