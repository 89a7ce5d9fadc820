using Microsoft.Extensions.Logging;
using Pool.Actors.Pooling;

namespace Pool.Actors.Backends;

/// <summary>
/// Keeps up with a server's globals, which nothing announces: new sessions start with what was read last. If nothing can be read any
/// more though the pool holds nothing there, the server may have become another one, and is learned anew.
/// </summary>
public sealed class BaselineWatch(Backend backend, IBackendConnector connector, TimeProvider time, ILogger logger)
{
    private const int FailuresToRelearn = 3;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>Reads the globals at this interval until it is cancelled. Never throws.</summary>
    public async Task RunAsync(TimeSpan interval, CancellationToken cancel)
    {
        for (var failures = 0; !cancel.IsCancellationRequested;)
        {
            await Task.Delay(interval, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (backend.Pool.Mode == PoolMode.Drained)
            {
                // An operator may be at work on the server.
                continue;
            }

            try
            {
                failures = await LookAsync(failures, cancel);
            }
            catch (Exception exception) when (!cancel.IsCancellationRequested)
            {
                PoolLog.Unexpected(logger, exception, backend.Name, "reading the globals");
            }
        }
    }

    /// <summary>Looks once; the answer is how often it has failed by now, one after the other.</summary>
    private async Task<int> LookAsync(int failures, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(s_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        failures = await backend.RefreshBaselineAsync(either.Token) ? 0 : failures + 1;
        var pool = backend.Pool.Snapshot();
        if (failures >= FailuresToRelearn && pool.Active == 0 && pool.Control == 0)
        {
            backend.Facts = (await BackendCheck.RunAsync(backend.Pool, connector, either.Token)).Facts ?? backend.Facts;
        }

        return failures;
    }
}
