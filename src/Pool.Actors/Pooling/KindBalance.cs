using Pool.Actors.Backends;

namespace Pool.Actors.Pooling;

/// <summary>
/// Compares kinds of waiters, which are those that need the same fingerprint: how long one will wait with the connections it has, and so
/// who has a use for one more. A kind has the connections that were last given to it in line. Everything is called under the line's gate.
/// </summary>
internal sealed class KindBalance(PoolState state)
{
    /// <summary>How many connections are looked at. In a larger pool they stand for all, and do not tell that a kind has none.</summary>
    private const int Sample = 128;

    /// <summary>
    /// How much longer a kind has to wait than one that loses a connection to it. Kinds alike differ by less than that when they have a
    /// connection more or less than their part, and would pass it to and fro.
    /// </summary>
    private const int Worth = 2;

    /// <summary>A connection is given to a waiter.</summary>
    public void Given(PooledConnection connection, Waiter waiter)
    {
        Promised(connection, waiter);
        connection.GivenAt = state.Clock.Exact.GetTimestamp();
    }

    /// <summary>A connection makes place for one that a waiter can use: so those like it do not take more than they have a use for.</summary>
    public void Promised(PooledConnection connection, Waiter waiter) => connection.Kind = state.Fingerprints[waiter.Needed].Waiters;

    /// <summary>A connection came back while others wait.</summary>
    public void Returned(PooledConnection connection)
    {
        if (connection is { Kind: { } kind, GivenAt: not 0 })
        {
            kind.NoteLease(state.Clock.Exact.GetTimestamp() - connection.GivenAt);
            connection.GivenAt = 0;
        }
    }

    /// <summary>
    /// True if the connection is worth more to those who need what <paramref name="to"/> needs than to <paramref name="from"/>'s kind: they
    /// have none, or would wait more than twice as long even with it.
    /// </summary>
    public bool IsWorthMore(PooledConnection connection, Waiter from, Waiter to)
    {
        var (loses, gets) = (state.Fingerprints[from.Needed].Waiters, state.Fingerprints[to.Needed].Waiters);
        var (had, has) = (1, 0);
        for (var slot = 0; slot < Math.Min(state.Slots.Used, Sample); slot++)
        {
            if (state.Slots.At(slot) is { } other && other != connection)
            {
                had += other.Kind == loses ? 1 : 0;
                has += other.Kind == gets ? 1 : 0;
            }
        }

        var areKnown = loses.LeaseTicks > 0 && gets.LeaseTicks > 0;
        var (before, after) = areKnown ? (loses.Work, gets.Work) : (loses.Count, gets.Count);
        return (has == 0 && state.Slots.Used <= Sample) || after / (has + 1) > Worth * before / had;
    }

    /// <summary>
    /// The first of the kind with the most waiters that the connection can serve, among those within reach; null if there is none. That
    /// kind will keep the connection busy for longest.
    /// </summary>
    public Waiter? FirstOfMost(PooledConnection connection, int reach)
    {
        FingerprintQueue? most = null;
        var waiter = state.Line.First;
        for (var looked = 0; waiter is not null && looked < reach; looked++, waiter = waiter.Next)
        {
            var kind = state.Fingerprints[waiter.Needed].Waiters;
            if (kind.Count > (most?.Count ?? 0) && state.Fingerprints.CanRepaint(connection.Fingerprint, waiter.Needed))
            {
                most = kind;
            }
        }

        return most?.First;
    }
}
