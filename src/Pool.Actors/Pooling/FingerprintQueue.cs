namespace Pool.Actors.Pooling;

/// <summary>
/// The waiters in line that need one fingerprint, in the line's order. Everything is called under the line's gate, but for
/// <see cref="IsEmpty"/>, which is a hint without it.
/// </summary>
internal sealed class FingerprintQueue
{
    private Waiter? _first;
    private Waiter? _last;

    /// <summary>True if nobody in line needs the fingerprint.</summary>
    public bool IsEmpty => First is null;

    public Waiter? First => Volatile.Read(ref _first);

    /// <summary>
    /// The newest wait at the time when one of these waiters, being late, was last given a connection out of turn. Those up to it
    /// are being helped already.
    /// </summary>
    public long HelpedUpTo { get; set; }

    /// <summary>Adds the waiter that has just joined the line. In constant time while users wait equally much.</summary>
    public void Add(Waiter waiter)
    {
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
