namespace Pool.Actors.Pooling;

/// <summary>
/// The waiters in line that need one fingerprint, in the line's order. Everything is called under the line's gate, but for
/// <see cref="IsEmpty"/>, which is a hint without it.
/// </summary>
internal sealed class FingerprintQueue
{
    // The mean follows what changes within some tens of leases, and one that was kept for minutes is forgotten as soon.
    private const double Newest = 1.0 / 16;
    private const double Longest = 4;

    private Waiter? _first;
    private Waiter? _last;

    /// <summary>True if nobody in line needs the fingerprint.</summary>
    public bool IsEmpty => First is null;

    public Waiter? First => Volatile.Read(ref _first);

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>How long those before them had a connection, on average, in ticks of the pool's exact clock; 0 if not known.</summary>
    public double LeaseTicks { get; private set; }

    /// <summary>How long one connection would take to serve them all, in ticks of the pool's exact clock.</summary>
    public double Work => Count * LeaseTicks;

    /// <summary>One had a connection for so long.</summary>
    public void NoteLease(long ticks) =>
        LeaseTicks += LeaseTicks == 0 ? ticks : (Math.Min(ticks, Longest * LeaseTicks) - LeaseTicks) * Newest;

    /// <summary>Adds the waiter that has just joined the line. In constant time while users wait equally much.</summary>
    public void Add(Waiter waiter)
    {
        Count++;
        var before = waiter.Round < _first?.Round ? null : _last;
        while (before?.Round > waiter.Round)
        {
            before = before.PreviousAlike;
        }

        waiter.PreviousAlike = before;
        waiter.NextAlike = before is null ? _first : before.NextAlike;
        waiter.NextAlike?.PreviousAlike = waiter;
        before?.NextAlike = waiter;
        _last = waiter.NextAlike is null ? waiter : _last;
        if (before is null)
        {
            Volatile.Write(ref _first, waiter);
        }
    }

    /// <summary>Takes a waiter out.</summary>
    public void Remove(Waiter waiter)
    {
        Count--;
        waiter.NextAlike?.PreviousAlike = waiter.PreviousAlike;
        waiter.PreviousAlike?.NextAlike = waiter.NextAlike;
        _last = waiter.NextAlike is null ? waiter.PreviousAlike : _last;
        if (waiter.PreviousAlike is null)
        {
            Volatile.Write(ref _first, waiter.NextAlike);
        }

        (waiter.NextAlike, waiter.PreviousAlike) = (null, null);
    }
}
