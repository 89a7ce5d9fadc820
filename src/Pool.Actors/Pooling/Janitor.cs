namespace Pool.Actors.Pooling;

/// <summary>
/// What time does to a pool, four times a second: waiters expire, leases reach their limits, idle and old connections are
/// closed, stale ones found, <see cref="PoolOptions.MinIdle"/> kept, and connects that had to wait for their turn begun. The
/// timer is armed again at the end of a tick, so that ticks never overlap.
/// </summary>
internal sealed class Janitor : IAsyncDisposable
{
    private const int TicksPerProbe = 4;
    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(250);

    private readonly PoolState _state;
    private readonly IdleConnections _idle;
    private readonly ConnectionOpener _opener;
    private readonly Dispatcher _dispatcher;
    private readonly Borrowings _borrowings;
    private readonly ITimer _timer;
    private int _ticks;
    private int _closable;

    public Janitor(PoolState state, IdleConnections idle, ConnectionOpener opener, Dispatcher dispatcher, Borrowings borrowings)
    {
        (_state, _idle, _opener, _dispatcher, _borrowings) = (state, idle, opener, dispatcher, borrowings);
        _timer = state.Clock.Exact.CreateTimer(
            static janitor => ((Janitor)janitor!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Begins; the first connections of <see cref="PoolOptions.MinIdle"/> are on their way when this returns.</summary>
    public void Start()
    {
        WarmUp();
        Rearm();
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Tick()
    {
        try
        {
            _state.Clock.Tick();
            ExpireWaiters();
            CheckLimits();
            _closable = _state.Slots.Count(SlotState.Idle) - _state.Options.MinIdle;
            _idle.Sweep(CauseToClose, probe: ++_ticks % TicksPerProbe == 0);
            WarmUp();
            TryAgain();
            _dispatcher.ServeAll();
        }
        catch (Exception exception)
        {
            PoolLog.Unexpected(_state.Logger, exception, _state.Options.Name, "the janitor");
        }
        finally
        {
            Rearm();
        }
    }

    private void Rearm() => _timer.Change(s_period, Timeout.InfiniteTimeSpan);

    private void ExpireWaiters()
    {
        var time = _state.Clock.Exact;
        bool IsOver(Waiter waiter) => time.GetElapsedTime(waiter.Joined) >= _state.Options.LeaseTimeout;

        _state.Quotas.Fail(LeaseResult.Failed(LeaseFailure.UserTimedOut), IsOver);
        _state.Line.Fail(new LeaseResult(null, LeaseFailure.TimedOut, _opener.Obstacle), IsOver);
    }

    private void CheckLimits()
    {
        var now = _state.Clock.Exact.GetTimestamp();
        for (var slot = 0; slot < _state.Slots.Used; slot++)
        {
            if (_state.Slots[slot].State == SlotState.Leased)
            {
                _state.Slots.At(slot)?.CheckLimits(now);
            }
        }

        _borrowings.CheckLimits(now);
    }

    private string? CauseToClose(int slot, SlotWord word)
    {
        if (_state.Slots.At(slot)?.Generation != _state.Generation)
        {
            return "retired";
        }

        // However old and idle: what is closed now is missed by those who come until the node may connect again.
        if (!_opener.MayConnect)
        {
            return null;
        }

        if (_state.Slots.ExpiryOf(slot) <= _state.Clock.Now)
        {
            return "lifetime";
        }

        return word.IdleFor(_state.Clock.Now) >= _state.Options.IdleTimeout.TotalMilliseconds && _closable-- > 0 ? "idle" : null;
    }

    private void WarmUp()
    {
        lock (_state.Line.Gate)
        {
            var missing = _state.Options.MinIdle - _state.Slots.Count(SlotState.Idle) - _state.Slots.Count(SlotState.Connecting);
            while (missing-- > 0 && _opener.TryBegin(_state.Options.DefaultClass, waiter: null))
            {
            }
        }
    }

    /// <summary>
    /// Who waits for a place in a quota asks for no connection, and as long as connects fail the node is given no places: nobody else would find
    /// out that they succeed again.
    /// </summary>
    private void TryAgain()
    {
        if (!_opener.IsInVain)
        {
            return;
        }

        lock (_state.Line.Gate)
        {
            if (_state.Line.Count == 0 && _state.Quotas.All.Select(static q => q.First).FirstOrDefault(static w => w is not null) is { } waiter)
            {
                _opener.TryBegin(_state.Fingerprints.ClassOf(waiter.Needed), waiter: null);
            }
        }
    }
}
