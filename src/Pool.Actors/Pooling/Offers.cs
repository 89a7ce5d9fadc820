using Pool.Actors.Backends;

namespace Pool.Actors.Pooling;

/// <summary>
/// The connections that sessions hold for their convenience alone, such as for warnings that a client may ask for: whoever waits may have them
/// at once. Thread-safe, without locks.
/// </summary>
internal sealed class Offers(PoolState state, Borrowings borrowings)
{
    private int _count;

    /// <summary>
    /// Its session waits for its client, and can do without it. A full fence: who joins the line afterwards sees it, and who joined before is
    /// seen by the session that looks then.
    /// </summary>
    public void Add(PooledConnection connection)
    {
        if (connection.ExchangeOffered(true) is false)
        {
            Interlocked.Increment(ref _count);
        }
    }

    /// <summary>It is needed again, or not the session's any more.</summary>
    public void Remove(PooledConnection connection)
    {
        if (connection.IsOffered && connection.ExchangeOffered(false))
        {
            Interlocked.Decrement(ref _count);
        }
    }

    /// <summary>Asks for one of them, for somebody who has joined the line.</summary>
    public void Recall()
    {
        if (Volatile.Read(ref _count) == 0)
        {
            return;
        }

        for (var slot = 0; slot < state.Slots.Used; slot++)
        {
            if (state.Slots.At(slot) is { IsOffered: true } connection && connection.TryRecall())
            {
                return;
            }
        }

        borrowings.Recall();
    }
}
