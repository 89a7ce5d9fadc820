using Pool.Actors.Backends;

namespace Pool.Actors.Pooling;

/// <summary>
/// The connections of other nodes that this one uses. They have no slot and no place here, for they count at the node that lent them; they
/// go to whoever waits, are kept for a moment when nobody does, so that a burst does not pay for every statement, and then go back. What
/// is said to be under the gate is called under the line's gate; it guards what is here.
/// </summary>
internal sealed class Borrowings : IAsyncDisposable
{
    // Several times what a client that sends statement after statement takes between two of them; too short to be missed at home.
    private static readonly TimeSpan s_keep = TimeSpan.FromMilliseconds(5);

    // A little longer than a node that had none is left alone at first, so that what it has by then need not wait for the janitor's next tick.
    private static readonly TimeSpan s_askAgain = TimeSpan.FromMilliseconds(25);

    private readonly PoolState _state;
    private readonly Func<bool> _mayBorrow;
    private readonly ITimer _timer;
    private readonly ITimer _again;
    private readonly List<PooledConnection> _borrowed = [];
    private readonly List<(PooledConnection Connection, long Since)> _kept = [];
    private readonly List<Search> _searches = [];
    private IConnectionSource? _source;
    private bool _isTimed;
    private int _count;
    private int _toBegin;
    private volatile bool _willAskAgain;

    /// <param name="state">What the parts of the pool share.</param>
    /// <param name="mayBorrow">False while this node cannot prove that its cluster does not take it for lost.</param>
    public Borrowings(PoolState state, Func<bool> mayBorrow)
    {
        (_state, _mayBorrow) = (state, mayBorrow);
        _timer = state.Clock.Exact.CreateTimer(
            static borrowings => ((Borrowings)borrowings!).GiveBackOverdue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _again = state.Clock.Exact.CreateTimer(
            static borrowings => ((Borrowings)borrowings!).AskAgain(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Called with one that arrived, which belongs to whoever is called.</summary>
    public required Action<PooledConnection> Came { get; init; }

    /// <summary>Called with one that a session with a cap has left in an unknown state, and which the server has to end: its thread, and since when it was there.</summary>
    public required Action<ulong, long, UserQuota> Broken { get; init; }

    /// <summary>Somebody can be asked again.</summary>
    public required Action Changed { get; init; }

    /// <summary>The other nodes; null if there are none.</summary>
    public IConnectionSource? Source
    {
        get => Volatile.Read(ref _source);
        set => Volatile.Write(ref _source, value);
    }

    /// <summary>How many there are. Any thread.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>True if one is kept, or somebody could be asked. Under the gate.</summary>
    public bool HasSomething => _kept.Count != 0 || (MayAsk && Source is { HasSomebody: true });

    /// <summary>One that is kept and suits the waiter; or else somebody is asked in its name, by <see cref="BeginSearches"/>. Under the gate.</summary>
    public PooledConnection? Find(Waiter waiter)
    {
        if (TryTakeKept(waiter) is { } kept)
        {
            return kept;
        }

        if (!waiter.Sought && MayAsk && Source?.TryReserve() is { } lender)
        {
            waiter.Sought = true;
            _searches.Add(new Search(lender, waiter, _state.Fingerprints[waiter.Needed]));
            Volatile.Write(ref _toBegin, _searches.Count);
        }

        return null;
    }

    /// <summary>
    /// Asks whom <see cref="Find"/> has found, and looks again soon while somebody waits; not under the gate, since it sends.
    /// </summary>
    public void BeginSearches()
    {
        if (Source is not null && _state.Line.Count != 0 && !_willAskAgain && !Interlocked.Exchange(ref _willAskAgain, true))
        {
            _again.Change(s_askAgain, Timeout.InfiniteTimeSpan);
        }

        if (Volatile.Read(ref _toBegin) == 0)
        {
            return;
        }

        Search[] searches;
        lock (_state.Line.Gate)
        {
            searches = [.. _searches];
            _searches.Clear();
            Volatile.Write(ref _toBegin, 0);
        }

        foreach (var search in searches)
        {
            search.Begin();
        }
    }

    /// <summary>A search has found a connection, which is the caller's until now.</summary>
    public void Arrived(Search search, PooledConnection connection)
    {
        connection.Generation = _state.Generation;
        connection.OpenedAt = _state.Clock.Exact.GetTimestamp();
        lock (_state.Line.Gate)
        {
            search.End(_state.Line);
            _borrowed.Add(connection);
            Volatile.Write(ref _count, _borrowed.Count);
        }

        Came(connection);
    }

    /// <summary>A search has found nothing. Whoever it was for is looked after again soon.</summary>
    public void Failed(Search search)
    {
        lock (_state.Line.Gate)
        {
            search.End(_state.Line);
        }
    }

    /// <summary>How a clean one goes back: a failover that was noticed here concerns it too.</summary>
    public LoanEnd EndOf(PooledConnection connection) => connection.Generation == _state.Generation ? LoanEnd.Clean : LoanEnd.Broken;

    /// <summary>True if a connection may serve a session here: its first, or one more.</summary>
    public bool MayServe(PooledConnection connection, bool isNew) =>
        !_state.IsStopping && _state.Mode == PoolMode.Serving && connection.Generation == _state.Generation
        && (isNew ? MayAsk : connection.Home!.MayServeMore);

    /// <summary>Keeps a clean one that nobody here needs right now; false: it is to go back. Under the gate.</summary>
    public bool TryKeep(PooledConnection connection)
    {
        if (_state.IsStopping)
        {
            return false;
        }

        _kept.Add((connection, _state.Clock.Exact.GetTimestamp()));
        if (!_isTimed)
        {
            _isTimed = true;
            _timer.Change(s_keep, Timeout.InfiniteTimeSpan);
        }

        return true;
    }

    /// <summary>Gives one back to its node; the caller must not touch it any more.</summary>
    public void GiveBack(PooledConnection connection, LoanEnd end)
    {
        lock (_state.Line.Gate)
        {
            _borrowed.Remove(connection);
            Volatile.Write(ref _count, _borrowed.Count);
        }

        var (quota, threadId, since) = (connection.Quota, connection.ThreadId, connection.OpenedAt);
        connection.Quota = null;
        connection.Home!.TakeBack(connection, end);
        if (quota is not null)
        {
            Broken(threadId, since, quota);
        }

        Changed();
    }

    /// <summary>Enforces the limits on those that sessions hold. The janitor's.</summary>
    public void CheckLimits(long now)
    {
        foreach (var connection in All())
        {
            connection.CheckLimits(now);
        }
    }

    /// <summary>Asks for one that a session holds for convenience alone: see <see cref="Offers"/>.</summary>
    public void Recall()
    {
        foreach (var connection in All())
        {
            if (connection.IsOffered && connection.TryRecall())
            {
                return;
            }
        }
    }

    /// <summary>Gives back what is kept; the pool is stopping.</summary>
    public async ValueTask DisposeAsync()
    {
        GiveBackKept(TimeSpan.Zero);
        await _again.DisposeAsync();
        await _timer.DisposeAsync();
    }

    private PooledConnection[] All()
    {
        if (Count == 0)
        {
            return [];
        }

        lock (_state.Line.Gate)
        {
            return [.. _borrowed];
        }
    }

    // Where users have caps, none is taken by a node that may be lost: what it borrowed before counts until its lender has said that it is
    // over, and what it borrows afterwards would count nowhere.
    private bool MayAsk => !_state.Quotas.Any || _mayBorrow();

    private void AskAgain()
    {
        _willAskAgain = false;
        try
        {
            Changed();
        }
        catch (Exception exception)
        {
            PoolLog.Unexpected(_state.Logger, exception, _state.Options.Name, "asking other nodes again");
        }
    }

    private PooledConnection? TryTakeKept(Waiter waiter)
    {
        var found = -1;
        for (var i = 0; i < _kept.Count; i++)
        {
            var carried = _kept[i].Connection.Fingerprint;
            if (carried == waiter.Needed)
            {
                found = i;
                break;
            }

            found = found < 0 && _state.Fingerprints.CanRepaint(carried, waiter.Needed) ? i : found;
        }

        if (found < 0)
        {
            return null;
        }

        var connection = _kept[found].Connection;
        _kept.RemoveAt(found);
        return connection;
    }

    private void GiveBackOverdue()
    {
        try
        {
            GiveBackKept(s_keep);
        }
        catch (Exception exception)
        {
            PoolLog.Unexpected(_state.Logger, exception, _state.Options.Name, "giving back what was borrowed");
        }

        lock (_state.Line.Gate)
        {
            _isTimed = _kept.Count != 0 && !_state.IsStopping;
            if (_isTimed)
            {
                _timer.Change(s_keep, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void GiveBackKept(TimeSpan keptFor)
    {
        List<PooledConnection> overdue = [];
        lock (_state.Line.Gate)
        {
            overdue.AddRange(_kept.Where(k => _state.Clock.Exact.GetElapsedTime(k.Since) >= keptFor).Select(k => k.Connection));
            _kept.RemoveAll(k => overdue.Contains(k.Connection));
        }

        foreach (var connection in overdue)
        {
            GiveBack(connection, EndOf(connection));
        }
    }
}
