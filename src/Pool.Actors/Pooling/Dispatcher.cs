using Pool.Actors.Backends;
using Pool.Actors.Settings;

namespace Pool.Actors.Pooling;

/// <summary>
/// Brings connections and waiters together. Two ways lead here: a connection came back (<see cref="Give"/>), or something
/// changed that may help those in line (<see cref="Serve(Waiter?)"/>). Matching is done under the line's gate; waiters are
/// completed after it was left; nothing else slow happens here.
/// </summary>
internal sealed class Dispatcher(PoolState state, IdleConnections idle, ConnectionOpener opener, ConnectionCloser closer)
{
    /// <summary>How often a waiter may be passed by one further back that needs exactly the connection at hand.</summary>
    public const int MostPasses = 8;

    /// <summary>How far down a long line one event looks; the janitor looks at all of it.</summary>
    private const int Depth = 64;

    /// <summary>
    /// Takes a clean connection that the caller owns: to a waiter at once, or idle. Waiters and connections cannot miss each
    /// other: joining the line and falling idle are both full fences, and each side looks at the other's afterwards.
    /// </summary>
    public void Give(PooledConnection connection)
    {
        state.Slots.RequireLeased(connection);
        if (CauseToClose(connection) is { } cause)
        {
            closer.Close(connection, cause);
        }
        else if (closer.TryShed(connection))
        {
            return;
        }
        else if (state.Line.Count == 0)
        {
            state.Slots.Put(connection, (uint)state.Clock.Now);
            Serve();
        }
        else
        {
            HandOver(connection);
        }

        if (state.IsStopping)
        {
            idle.Sweep(static (_, _) => "shutdown");
        }
    }

    /// <summary>
    /// Looks what can be done for the first in line, and in any case for <paramref name="joining"/>, which has just joined.
    /// </summary>
    public void Serve(Waiter? joining = null) => Serve(joining, Depth, isLate: false);

    /// <summary>
    /// Looks at the whole line, and gives those whose connect takes long what can be repainted meanwhile. The janitor's.
    /// </summary>
    public void ServeAll() => Serve(joining: null, int.MaxValue, isLate: true);

    private void Serve(Waiter? joining, int depth, bool isLate)
    {
        if (state.Line.Count == 0)
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

            if (waiter is not null && joining?.Line == state.Line && Find(joining, isLate) is { } last)
            {
                Grant(ref served, joining, last);
            }
        }

        served.Run(state.Clock.Exact, state.Metrics, joining);
    }

    private bool HasSomething => state.Admission.HasRoom || state.Slots.HasIdle;

    /// <summary>
    /// The order of choice: the same fingerprint, a new connection, another that can be repainted, and last the place of one
    /// that cannot. While connects fail nothing that works is given up for one.
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
        }

        return null;
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
                closer.CloseFor(chosen, connection);
            }
        }

        served.Run(state.Clock.Exact, state.Metrics);
    }

    /// <summary>
    /// Who gets a connection, or its place: the first in line who has a use for it, unless somebody behind has a better one and
    /// nobody in between has been passed too often.
    /// </summary>
    private Waiter? Choose(PooledConnection connection)
    {
        Waiter? first = null;
        var (best, bestUse) = ((Waiter?)null, Use.None);
        var waiter = state.Line.First;
        for (var looked = 0; waiter is not null && looked < Depth && bestUse != Use.Exact; looked++, waiter = waiter.Next)
        {
            var use = UseOf(connection, waiter);
            if (use == Use.None)
            {
                continue;
            }

            first ??= waiter;
            if (use > bestUse)
            {
                (best, bestUse) = (waiter, use);
            }

            if (waiter.Passed >= MostPasses)
            {
                return first;
            }
        }

        for (var passed = first; passed != best; passed = passed!.Next)
        {
            passed!.Passed++;
        }

        return best;
    }

    private Use UseOf(PooledConnection connection, Waiter waiter) =>
        waiter.Needed == connection.Fingerprint ? Use.Exact
        : state.Fingerprints.CanRepaint(connection.Fingerprint, waiter.Needed) ? Use.Repaint
        : MayReplaceFor(waiter) ? Use.Place
        : Use.None;

    private bool MayReplaceFor(Waiter waiter) =>
        !waiter.Pursued && !opener.IsFailing && opener.MayBegin(state.Fingerprints.ClassOf(waiter.Needed));

    private void Grant(ref Completions served, Waiter waiter, PooledConnection connection)
    {
        state.Line.Remove(waiter);
        state.Metrics.Leases.Increment();
        if (connection.Fingerprint != waiter.Needed)
        {
            state.Metrics.Repaints.Increment();
        }

        served.Add(waiter, LeaseResult.Of(connection));
    }

    private string? CauseToClose(PooledConnection connection) =>
        state.IsStopping ? "shutdown"
        : connection.Generation != state.Generation ? "retired"
        : state.Slots.ExpiryOf(connection.Slot) <= state.Clock.Now ? "lifetime"
        : null;

    /// <summary>What a connection is to a waiter, the better the larger.</summary>
    private enum Use
    {
        None,
        Place,
        Repaint,
        Exact,
    }
}
