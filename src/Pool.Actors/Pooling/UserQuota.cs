namespace Pool.Actors.Pooling;

/// <summary>
/// How many connections of one pool the sessions of one client user may hold at once, where there is a cap for that. A place is taken before
/// a session stands in line for a connection, is the connection's while it is leased, and comes back when nothing of the session is left on
/// it: returned clean, reset, or ended by the server. Who finds no place waits here, apart from the line, where nobody has to pass it.
/// Thread-safe; what is said to be under the gate is called under the line's gate.
/// </summary>
public sealed class UserQuota
{
    /// <summary>The limit of a user who has no cap any more.</summary>
    internal const int Unlimited = (1 << 20) - 1;

    private readonly AdmissionCounter _places;
    private Waiter? _first;
    private Waiter? _last;
    private int _cap;
    private int _waiting;
    private long _waits;

    internal UserQuota(string user, int cap)
    {
        (User, _cap) = (user, cap);
        _places = new AdmissionCounter(cap);
    }

    /// <summary>The client user.</summary>
    public string User { get; }

    /// <summary>The most that the user may hold, over all nodes of a cluster together; 0: without limit from now on.</summary>
    public int Cap
    {
        get => Volatile.Read(ref _cap);
        internal set => Volatile.Write(ref _cap, value);
    }

    /// <summary>The most on this node; may be below <see cref="Used"/> after it was lowered.</summary>
    public int Limit => _places.Limit;

    /// <summary>Places taken.</summary>
    public int Used => _places.Active;

    /// <summary>Waits for a place.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>How often a session has had to wait for a place.</summary>
    public long Waits => Volatile.Read(ref _waits);

    /// <summary>The wait that began first. Under the gate.</summary>
    internal Waiter? First => _first;

    /// <summary>Takes a place, unless somebody waits for one.</summary>
    internal bool TryEnter() => Waiting == 0 && _places.TryEnter();

    /// <summary>
    /// Gives back a place. A full fence, as is the beginning of a wait: either the waiter sees the place, or whoever calls this sees the
    /// waiter, and looks after it.
    /// </summary>
    internal void Leave() => _places.Leave();

    /// <summary>Sets what may be had on this node. Whoever raises it looks after those who wait.</summary>
    internal void LimitTo(int limit) => _places.Limit = limit;

    /// <summary>Begins a wait, at the end. Under the gate.</summary>
    internal void Park(Waiter waiter)
    {
        (waiter.Previous, waiter.Next) = (_last, null);
        _last?.Next = waiter;
        _first ??= waiter;
        _last = waiter;
        waiter.IsParked = true;
        _waits++;
        Interlocked.Exchange(ref _waiting, _waiting + 1);
    }

    /// <summary>Ends a wait. Under the gate.</summary>
    internal void Unpark(Waiter waiter)
    {
        _first = ReferenceEquals(_first, waiter) ? waiter.Next : _first;
        _last = ReferenceEquals(_last, waiter) ? waiter.Previous : _last;
        waiter.Previous?.Next = waiter.Next;
        waiter.Next?.Previous = waiter.Previous;
        (waiter.Previous, waiter.Next) = (null, null);
        waiter.IsParked = false;
        Volatile.Write(ref _waiting, _waiting - 1);
    }

    /// <summary>A place for the one who has waited longest, who waits no longer for it then; null if there is none. Under the gate.</summary>
    internal Waiter? TryAdmit()
    {
        if (_first is not { } waiter || !_places.TryEnter())
        {
            return null;
        }

        Unpark(waiter);
        return waiter;
    }
}
