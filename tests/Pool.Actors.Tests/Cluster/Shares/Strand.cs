using System.Collections.Concurrent;

namespace Pool.Actors.Tests.Cluster.Shares;

/// <summary>
/// Runs the flows of a test, and those of what it tests, on one thread, so that the test knows when nothing is left to be done at this
/// moment of its clock: on a busy machine its clock would else run ahead of them.
/// </summary>
internal sealed class Strand : SynchronizationContext, IDisposable
{
    // Some go by the thread pool for a moment, and come back: the ends of waits, and cancellations.
    private const int Detours = 4;
    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _queue = [];
    private readonly Thread _thread;

    public Strand()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "strand" };
        _thread.Start();
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        try
        {
            _queue.Add((d, state));
        }
        catch (InvalidOperationException)
        {
            ThreadPool.QueueUserWorkItem(_ => d(state));
        }
    }

    /// <summary>Goes on here.</summary>
    public async Task EnterAsync()
    {
        if (Thread.CurrentThread != _thread)
        {
            SetSynchronizationContext(this);
            await Task.Yield();
        }
    }

    /// <summary>Runs all that can go on before the clock does. On the strand.</summary>
    public void Settle()
    {
        using var back = new ManualResetEventSlim();
        do
        {
            while (_queue.TryTake(out var item))
            {
                item.Callback(item.State);
            }

            back.Reset();
            Detour(back, Detours);
            back.Wait();
        }
        while (_queue.Count > 0);
    }

    public void Dispose() => _queue.CompleteAdding();

    private static void Detour(ManualResetEventSlim back, int left) => ThreadPool.UnsafeQueueUserWorkItem(
        static way =>
        {
            if (way.left > 1)
            {
                Detour(way.back, way.left - 1);
            }
            else
            {
                way.back.Set();
            }
        },
        (back, left),
        preferLocal: false);

    private void Run()
    {
        SetSynchronizationContext(this);
        foreach (var (callback, state) in _queue.GetConsumingEnumerable())
        {
            callback(state);
        }
    }
}
