namespace Pool.Actors.Pooling;

/// <summary>
/// Runs the pool's slow work on the thread pool, never on the stack (or under the gate) of the session that caused it, and knows
/// when all of it is done. What the work throws is a bug: it is reported, and never ends the process.
/// </summary>
internal sealed class BackgroundWork(Action<Exception> report)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running = 1;

    /// <summary>Queues work.</summary>
    public void Run<T>(Func<T, Task> work, T state)
    {
        Interlocked.Increment(ref _running);
        _ = RunAsync(work, state);
    }

    /// <summary>Completes when nothing runs any more; called once, at the end.</summary>
    public Task DrainAsync()
    {
        End();
        return _done.Task;
    }

    private async Task RunAsync<T>(Func<T, Task> work, T state)
    {
        await Task.Yield();
        try
        {
            await work(state);
        }
        catch (Exception exception)
        {
            report(exception);
        }
        finally
        {
            End();
        }
    }

    private void End()
    {
        if (Interlocked.Decrement(ref _running) == 0)
        {
            _done.TrySetResult();
        }
    }
}
