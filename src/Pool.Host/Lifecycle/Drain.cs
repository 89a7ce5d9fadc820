namespace Pool.Host.Lifecycle;

/// <summary>
/// How the process ends: it runs, then drains (accepts nobody, lets sessions finish) until everything is done, the deadline
/// passes or somebody asks again, then it is stopped. Goes forward only. Thread-safe.
/// </summary>
public sealed class Drain : IDisposable
{
    private readonly Lock _moving = new();
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _draining = new();
    private readonly CancellationTokenSource _stopped = new();
    private readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? _deadline;
    private DrainState _state;

    /// <summary>Starts as running.</summary>
    public Drain(TimeProvider time) => _time = time;

    /// <summary>Where it is.</summary>
    public DrainState State
    {
        get
        {
            lock (_moving)
            {
                return _state;
            }
        }
    }

    /// <summary>Cancelled when draining begins, at the latest when it is stopped.</summary>
    public CancellationToken Draining => _draining.Token;

    /// <summary>Cancelled when it is stopped: what is still open is to be cut off.</summary>
    public CancellationToken Stopped => _stopped.Token;

    /// <summary>Completes when it is stopped.</summary>
    public Task Completion => _stop.Task;

    /// <summary>Begins to drain; false if that had been asked for before, which changes nothing.</summary>
    /// <param name="timeout">Time until it stops anyway; zero stops at once.</param>
    public bool Begin(TimeSpan timeout)
    {
        lock (_moving)
        {
            if (_state != DrainState.Running)
            {
                return false;
            }

            _state = DrainState.Draining;
            _deadline = _time.CreateTimer(static drain => ((Drain)drain!).Stop(), this, timeout, Timeout.InfiniteTimeSpan);
        }

        // Outside of the lock: whoever hears of it may find that nothing is left to do, and stop.
        _draining.Cancel();
        return true;
    }

    /// <summary>Stops at once: nothing is left to do, or nobody wants to wait. Idempotent.</summary>
    public void Stop()
    {
        lock (_moving)
        {
            if (_state == DrainState.Stopped)
            {
                return;
            }

            _state = DrainState.Stopped;
            _deadline?.Dispose();
        }

        _draining.Cancel();
        _stopped.Cancel();
        _stop.SetResult();
    }

    /// <summary>Frees the timer and the tokens' sources; when nothing uses them any more.</summary>
    public void Dispose()
    {
        _deadline?.Dispose();
        _draining.Dispose();
        _stopped.Dispose();
    }
}

/// <summary>Where the process is in its life.</summary>
public enum DrainState
{
    /// <summary>Serving.</summary>
    Running,

    /// <summary>Accepting nobody, letting sessions finish.</summary>
    Draining,

    /// <summary>Cutting off what is left.</summary>
    Stopped,
}
