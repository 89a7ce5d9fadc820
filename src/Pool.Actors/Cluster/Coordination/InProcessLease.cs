namespace Pool.Actors.Cluster.Coordination;

/// <summary>A lease of an <see cref="InProcessCoordinator"/>: a timer renews it while its holder lives, and ends it when that failed for too long.</summary>
internal sealed class InProcessLease : ICoordinationLease
{
    private readonly TimeSpan _timeToLive;
    private readonly Func<bool> _reachable;
    private readonly Action<InProcessLease> _ended;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _lost = new();
    private readonly ITimer _timer;
    private long _renewedAt;
    private volatile bool _abandoned;

    public InProcessLease(long id, TimeSpan timeToLive, Func<bool> reachable, Action<InProcessLease> ended, TimeProvider time)
    {
        (Id, _timeToLive, _reachable, _ended, _time) = (id, timeToLive, reachable, ended, time);
        _renewedAt = time.GetTimestamp();
        var interval = LeaseTimes.RenewalInterval(timeToLive);
        _timer = time.CreateTimer(static lease => ((InProcessLease)lease!).Tick(), this, interval, interval);
    }

    /// <inheritdoc/>
    public long Id { get; }

    // A holder that reaches the store has renewed, if only the timer ran: late timers of a busy machine end no lease here.
    /// <inheritdoc/>
    public bool IsProven => !Lost.IsCancellationRequested && (CanRenew || SinceRenewal < LeaseTimes.ProvenFor(_timeToLive));

    /// <inheritdoc/>
    public CancellationToken Lost => _lost.Token;

    /// <inheritdoc/>
    public void Abandon() => _abandoned = true;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (CanRenew)
        {
            await EndAsync();
        }
        else
        {
            Abandon();
        }
    }

    private bool CanRenew => !_abandoned && _reachable();

    private TimeSpan SinceRenewal => _time.GetElapsedTime(Volatile.Read(ref _renewedAt));

    private void Tick()
    {
        if (CanRenew)
        {
            Volatile.Write(ref _renewedAt, _time.GetTimestamp());
        }
        else if (SinceRenewal >= _timeToLive)
        {
            _ = EndAsync();
        }
    }

    private Task EndAsync()
    {
        _timer.Dispose();
        _ended(this);
        return _lost.CancelAsync();
    }
}
