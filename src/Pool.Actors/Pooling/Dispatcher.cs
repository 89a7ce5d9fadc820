using Pool.Actors.Backends;
using Pool.Actors.Settings;

namespace Pool.Actors.Pooling;

/// <summary>
/// Brings connections and waiters together. Two ways lead here: a connection came back (<see cref="Give(PooledConnection)"/>), or something
/// changed that may help those in line (<see cref="Serve(Waiter?)"/>). Matching is done under the line's gate; waiters are
/// completed after it was left; nothing else slow happens here.
/// </summary>
internal sealed class Dispatcher(
    PoolState state, IdleConnections idle, ConnectionOpener opener, ConnectionCloser closer, Borrowings borrowings)
{
    private const int FewestPasses = 8;

    /// <summary>How far down a long line is looked for somebody who can use the connection at hand.</summary>
    private const int Reach = 256;

    /// <summary>How far down a long line one event looks; the janitor looks at all of it.</summary>
    private const int Depth = 64;

    private readonly KindBalance _balance = new(state);

    /// <summary>
    /// Takes a clean connection that the caller owns: to a waiter at once, or idle. Waiters and connections cannot miss each
    /// other: joining the line and falling idle are both full fences, and each side looks at the other's afterwards.
    /// </summary>
    public void Give(PooledConnection connection)
    {
        if (connection.Home is not null)
        {
            GiveBorrowed(connection, isNew: false);
            return;
        }

        Give(connection, (uint)state.Clock.Now);
    }

    /// <summary>As the other, one of this node's own; if nobody waits it counts as idle since then.</summary>
    public void Give(PooledConnection connection, uint idleSince)
    {
        state.Slots.RequireLeased(connection);
        var admitted = connection.Quota is null ? null : state.Quotas.Release(connection);
        if (CauseToClose(connection) is { } cause)
        {
            closer.Close(connection, cause);
        }
        else if (closer.TryShed(connection))
        {
            ServeAdmitted(admitted);
            return;
        }
        else if (state.Line.Count == 0)
        {
            connection.GivenAt = 0;
            state.Slots.Put(connection, idleSince);
            Serve();
        }
        else
        {
            HandOver(connection);
        }

        ServeAdmitted(admitted);

        if (state.IsStopping)
        {
            idle.Sweep(static (_, _) => "shutdown");
        }
    }

    /// <summary>
    /// Takes a clean connection of another node: to a waiter at once; or kept for a moment, if it has served somebody here; or back.
    /// </summary>
    public void GiveBorrowed(PooledConnection connection, bool isNew)
    {
        var admitted = isNew ? null : state.Quotas.Release(connection);
        var served = new Completions();
        var stays = borrowings.MayServe(connection, isNew);
        if (stays)
        {
            lock (state.Line.Gate)
            {
                if (Choose(connection) is { } chosen && state.Fingerprints.CanRepaint(connection.Fingerprint, chosen.Needed))
                {
                    Grant(ref served, chosen, connection);
                }
                else
                {
                    stays = !isNew && borrowings.TryKeep(connection);
                }
            }
        }

        if (!stays)
        {
            borrowings.GiveBack(connection, borrowings.EndOf(connection));
        }

        served.Run(state.Clock.Exact, state.Metrics);
        ServeAdmitted(admitted);
    }

    /// <summary>
    /// Looks what can be done for the first in line, and in any case for <paramref name="joining"/>, which has just joined.
    /// </summary>
    public void Serve(Waiter? joining = null) => Serve(joining, Depth, isLate: false, untimed: joining);

    /// <summary>As <see cref="Serve(Waiter?)"/>, for one who has waited for a place in its user's quota, and got it; null for nobody.</summary>
    public void ServeAdmitted(Waiter? admitted)
    {
        if (admitted is not null)
        {
            Serve(admitted, Depth, isLate: false, untimed: null);
        }
    }

    /// <summary>
    /// Looks at the whole line, and gives those whose connect takes long what can be repainted meanwhile. The janitor's.
    /// </summary>
    public void ServeAll() => Serve(joining: null, int.MaxValue, isLate: true, untimed: null);

    private void Serve(Waiter? joining, int depth, bool isLate, Waiter? untimed)
    {
        if (state.Line.Count == 0 || state.Mode != PoolMode.Serving)
        {
            return;
        }

        var served = new Completions();
        lock (state.Line.Gate)
        {
            var waiter = state.Line.First;
            for (var looked = 0; waiter is not null && looked < depth && HasSomething; looked++)
            {
                var next = waiter.Next;
                if (Find(waiter, isLate) is { } connection)
                {
                    Grant(ref served, waiter, connection);
                }

                waiter = next;
            }

            if (waiter is not null && joining is { IsParked: false } && joining.Line == state.Line && Find(joining, isLate) is { } last)
            {
                Grant(ref served, joining, last);
            }
        }

        borrowings.BeginSearches();
        served.Run(state.Clock.Exact, state.Metrics, untimed);
    }

    private bool HasSomething => state.Admission.HasRoom || state.Slots.HasIdle || borrowings.HasSomething;

    /// <summary>
    /// The order of choice: the same fingerprint, a new connection, another that can be repainted, the place of one that cannot, and
    /// last another node's. While connects fail something that works is given up only for an attempt that is due, since without a place
    /// there would be none, and the pool would never know that they succeed again.
    /// </summary>
    private PooledConnection? Find(Waiter waiter, bool isLate)
    {
        if (idle.TryTake(waiter.Needed, preferred: null, out var connection))
        {
            return connection;
        }

        if (!waiter.Pursued && opener.TryBegin(state.Fingerprints.ClassOf(waiter.Needed), waiter))
        {
            return null;
        }

        if ((!waiter.Pursued || isLate || opener.IsFailing) && idle.TryTakeLongestIdle(waiter.Needed, out connection))
        {
            return connection;
        }

        if (MayReplaceFor(waiter) && idle.TryTakeLongestIdle(null, out connection))
        {
            closer.CloseFor(waiter, connection);
            return null;
        }

        return borrowings.Find(waiter);
    }

    private void HandOver(PooledConnection connection)
    {
        var served = new Completions();
        lock (state.Line.Gate)
        {
            if (Choose(connection) is not { } chosen)
            {
                state.Slots.Put(connection, (uint)state.Clock.Now);
            }
            else if (state.Fingerprints.CanRepaint(connection.Fingerprint, chosen.Needed))
            {
                Grant(ref served, chosen, connection);
            }
            else
            {
                _balance.Promised(connection, chosen);
                closer.CloseFor(chosen, connection);
            }
        }

        served.Run(state.Clock.Exact, state.Metrics);
    }

    /// <summary>
    /// Who gets a connection, or its place: whoever needs just this connection, else the first of the largest kind that can have it
    /// repainted, else the first who has a use for its place; and in any case somebody further ahead whom these may not pass.
    /// </summary>
    private Waiter? Choose(PooledConnection connection)
    {
        _balance.Returned(connection);
        if (state.Mode != PoolMode.Serving)
        {
            return null;
        }

        var best = state.Fingerprints[connection.Fingerprint].Waiters.First ?? _balance.FirstOfMost(connection, Depth);
        Waiter? first = null;
        var waiter = state.Line.First;
        for (var looked = 0; waiter is not null && waiter != best && looked < Reach; looked++, waiter = waiter.Next)
        {
            if (state.Fingerprints.CanRepaint(connection.Fingerprint, waiter.Needed))
            {
                best = best is not null && MayPass(connection, best, waiter) ? best : waiter;
                break;
            }

            first ??= connection.Home is null && MayReplaceFor(waiter) ? waiter : null;
        }

        return best is null || (first is not null && !MayPass(connection, best, first)) ? first : best;
    }

    /// <summary>
    /// Whether a waiter may be served before one whose turn comes earlier. Each pass spares a repaint, but kinds of waiters that have too
    /// few connections fall behind by it. Four waits for each connection, which delay a waiter by about four statements, are always
    /// bearable. One that is behind by half the line gets a connection if its kind has a use for one more; else it has enough, and
    /// those are only late. One that is behind by the whole line gets the next at any cost: nobody waits much longer than twice as long
    /// as in turn.
    /// </summary>
    /// <remarks>With less patience kinds take connections from each other in turn, and every third statement needs a repaint (simulated).</remarks>
    private bool MayPass(PooledConnection connection, Waiter later, Waiter earlier)
    {
        var patience = Math.Max(Math.Max(FewestPasses, 4 * state.Max), earlier.Ahead / 2);
        var behind = later.Turn - earlier.Turn;
        return behind <= patience || (behind <= 2 * patience && !_balance.IsWorthMore(connection, later, earlier));
    }

    // No more than the connects that may begin then: what works is not given up for one that will have to wait.
    private bool MayReplaceFor(Waiter waiter) =>
        !waiter.Pursued && opener.MayBegin(state.Fingerprints.ClassOf(waiter.Needed), closer.Replaced);

    private void Grant(ref Completions served, Waiter waiter, PooledConnection connection)
    {
        state.Line.Remove(waiter);
        _balance.Given(connection, waiter);
        if (waiter.Quota is not null)
        {
            connection.Quota = waiter.Quota;
        }

        state.Metrics.Leases.Increment();
        served.Add(waiter, LeaseResult.Of(connection));
    }

    private string? CauseToClose(PooledConnection connection) =>
        state.IsStopping ? "shutdown"
        : state.Mode == PoolMode.Drained ? "drained"
        : connection.Generation != state.Generation ? "retired"
        : state.Slots.ExpiryOf(connection.Slot) <= state.Clock.Now && opener.MayConnect ? "lifetime"
        : null;
}
