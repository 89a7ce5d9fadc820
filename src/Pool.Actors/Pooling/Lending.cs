using System.Diagnostics.CodeAnalysis;
using Pool.Actors.Backends;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Settings;

namespace Pool.Actors.Pooling;

/// <summary>
/// What this node's pool lends to other nodes: only what nobody here has had a use for in a while. A connection that is lent counts as leased
/// here. Thread-safe.
/// </summary>
public sealed class Lending
{
    // A tick of the janitor, which the coarse clock goes by: sessions take the lowest slots first, so what they do need is never idle for that long.
    private const uint SpareAfterMs = 250;

    // What fits no borrower makes room for what does, after longer than that: borrowers who need different ones would else have it opened anew
    // with each question.
    private const uint ReplaceAfterMs = 1_000;
    private readonly BackendPool _pool;
    private readonly PoolState _state;
    private readonly IdleConnections _idle;
    private readonly ConnectionOpener _opener;
    private readonly ConnectionCloser _closer;
    private readonly Dispatcher _dispatcher;
    private int _count;

    internal Lending(
        BackendPool pool, PoolState state, IdleConnections idle, ConnectionOpener opener, ConnectionCloser closer, Dispatcher dispatcher) =>
        (_pool, _state, _idle, _opener, _closer, _dispatcher) = (pool, state, idle, opener, closer, dispatcher);

    /// <summary>How many are lent now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>How many connections could be lent now.</summary>
    public int Spare => MayLend ? _idle.CountIdleFor(SpareAfterMs) : 0;

    private bool MayLend => !_state.IsStopping && _state.Mode == PoolMode.Serving && _state.Line.Count == 0;

    /// <summary>
    /// Takes a connection for another node: with the same fingerprint, or else one that can be repainted. If there is none, it is opened for
    /// the next time, if need be in the place of one that nobody has had a use for in longer.
    /// </summary>
    public bool TryTake(Fingerprint needed, Incarnation borrower, [NotNullWhen(true)] out PooledConnection? connection)
    {
        connection = null;
        if (!MayLend)
        {
            return false;
        }

        if (_idle.TryTakeIdleFor(SpareAfterMs, needed, out connection))
        {
            connection.LentTo = borrower;
            Interlocked.Increment(ref _count);
            return true;
        }

        if (!_idle.HasFor(needed) && _state.Slots.Count(SlotState.Connecting) == 0 && _state.Slots.Count(SlotState.Closing) == 0)
        {
            Open(_state.Fingerprints.ClassOf(needed));
        }

        return false;
    }

    private void Open(ConnectionClass connectionClass)
    {
        lock (_state.Line.Gate)
        {
            if (_opener.TryBegin(connectionClass, waiter: null) || !_opener.MayBegin(connectionClass))
            {
                return;
            }
        }

        if (_idle.TryTakeIdleFor(ReplaceAfterMs, out var connection))
        {
            _closer.Close(connection, "replaced", then: () => Begin(connectionClass));
        }
    }

    private void Begin(ConnectionClass connectionClass)
    {
        lock (_state.Line.Gate)
        {
            _opener.TryBegin(connectionClass, waiter: null);
        }
    }

    /// <summary>
    /// True if a connection was lent to somebody of these who has not given it back in order, and the server has not been seen to end it.
    /// </summary>
    public bool HasLent(Func<Incarnation, bool> to)
    {
        for (var slot = 0; slot < _state.Slots.Used; slot++)
        {
            if (_state.Slots.At(slot)?.LentTo is { } borrower && to(borrower))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>This thread's connection, if it is lent to this borrower, until that has given it back; null if not.</summary>
    public PooledConnection? FindLent(ulong threadId, Incarnation borrower)
    {
        for (var slot = 0; slot < _state.Slots.Used; slot++)
        {
            if (_state.Slots.At(slot) is { } connection && connection.ThreadId == threadId && connection.LentTo == borrower)
            {
                return connection;
            }
        }

        return null;
    }

    /// <summary>Takes a connection back. A clean one was idle before, and so it can be lent again at once.</summary>
    public void TakeBack(PooledConnection connection, LoanEnd end)
    {
        Interlocked.Decrement(ref _count);
        if (end != LoanEnd.Broken)
        {
            connection.LentTo = null;
        }

        switch (end)
        {
            case LoanEnd.Clean:
                _dispatcher.Give(connection, unchecked((uint)_state.Clock.Now - SpareAfterMs));
                break;
            case LoanEnd.Dirty:
                _pool.ReturnDirty(connection);
                break;
            default:
                _pool.Discard(connection, "loan");
                break;
        }
    }
}
