using System.Diagnostics.CodeAnalysis;
using Pool.Actors.Backends;
using Pool.Actors.Settings;

namespace Pool.Actors.Pooling;

/// <summary>
/// Takes idle connections that are fit for use: of the current generation, and not closed by the server meanwhile, if there was time
/// for that. Unfit ones are closed and the next is tried. Thread-safe, free of locks.
/// </summary>
internal sealed class IdleConnections(PoolState state, ConnectionCloser closer)
{
    // Since an earlier tick of the coarse clock. Whoever is used all the time is not looked at, which would cost a system call for each statement.
    private const uint StaleAfterMs = 1;

    // What ends one connection, as an administrator or a server that goes down, ends others too.
    private const long SuspectMs = 1_000;

    private long _suspectUntil;

    /// <summary>A connection was lost: for a while all are looked at before they are used.</summary>
    public void Suspect() => Volatile.Write(ref _suspectUntil, state.Clock.Now + SuspectMs);

    /// <summary>One with exactly this fingerprint: the preferred one if it is there, else that in the lowest slot.</summary>
    public bool TryTake(Fingerprint needed, PooledConnection? preferred, [NotNullWhen(true)] out PooledConnection? connection)
    {
        if (preferred is not null && state.Slots.TryTake(preferred, needed, out var seen) && IsFit(preferred, seen))
        {
            connection = preferred;
            return true;
        }

        while (state.Slots.TryTake(needed, out connection, out seen))
        {
            if (IsFit(connection, seen))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The one that has been idle longest among those that can be repainted to this fingerprint, or among all.</summary>
    public bool TryTakeLongestIdle(Fingerprint? repaintableTo, [NotNullWhen(true)] out PooledConnection? connection)
    {
        while (FindLongestIdle(repaintableTo) is { } slot)
        {
            if (state.Slots.TryTake(slot.Index, slot.Word, out connection) && IsFit(connection, slot.Word))
            {
                return true;
            }
        }

        connection = null;
        return false;
    }

    /// <summary>
    /// One that has been idle for some time: with exactly this fingerprint, or else one that can be repainted to it; from the highest slot down.
    /// </summary>
    public bool TryTakeIdleFor(uint milliseconds, Fingerprint needed, [NotNullWhen(true)] out PooledConnection? connection) =>
        TryTakeIdleFor(milliseconds, needed, static (_, carried, needed) => carried == needed, out connection)
        || TryTakeIdleFor(milliseconds, needed, static (fingerprints, carried, needed) => fingerprints.CanRepaint(carried, needed), out connection);

    /// <summary>One that has been idle for some time, whatever it carries; from the highest slot down.</summary>
    public bool TryTakeIdleFor(uint milliseconds, [NotNullWhen(true)] out PooledConnection? connection) =>
        TryTakeIdleFor(milliseconds, Fingerprint.None, static (_, _, _) => true, out connection);

    /// <summary>True if one is idle that can be repainted to this fingerprint.</summary>
    public bool HasFor(Fingerprint needed) => FindLongestIdle(needed) is not null;

    /// <summary>How many have been idle for some time.</summary>
    public int CountIdleFor(uint milliseconds)
    {
        var (count, now) = (0, state.Clock.Now);
        for (var slot = 0; slot < state.Slots.Used; slot++)
        {
            count += state.Slots[slot] is { State: SlotState.Idle } word && word.IdleFor(now) >= milliseconds ? 1 : 0;
        }

        return count;
    }

    /// <summary>
    /// Closes those for which there is a cause, those above the share and, if asked, those that are stale; from the highest
    /// slot down. Looks before it takes, so that connections without a cause stay where sessions expect them.
    /// </summary>
    public void Sweep(Func<int, SlotWord, string?> causeToClose, bool probe = false)
    {
        for (var slot = state.Slots.Used - 1; slot >= 0; slot--)
        {
            var word = state.Slots[slot];
            if (word.State != SlotState.Idle)
            {
                continue;
            }

            var cause = causeToClose(slot, word);
            if ((cause is null && !probe && !state.Admission.HasExcess) || !state.Slots.TryTake(slot, word, out var connection))
            {
                continue;
            }

            cause ??= probe && IsStale(connection, word) ? "stale" : null;
            if (cause is not null)
            {
                closer.Close(connection, cause);
            }
            else if (!closer.TryShed(connection))
            {
                state.Slots.Put(connection, word.IdleSince);
            }
        }
    }

    /// <summary>True if an idle connection, which the caller owns, was closed by the server meanwhile.</summary>
    private bool IsStale(PooledConnection connection, SlotWord seen)
    {
        var now = state.Clock.Now;
        return (seen.IdleFor(now) >= StaleAfterMs || now < Volatile.Read(ref _suspectUntil)) && connection.IsStale();
    }

    private bool IsFit(PooledConnection connection, SlotWord seen)
    {
        var cause = connection.Generation != state.Generation ? "retired" : IsStale(connection, seen) ? "stale" : null;
        if (cause is null)
        {
            return true;
        }

        closer.Close(connection, cause);
        return false;
    }

    private bool TryTakeIdleFor(
        uint milliseconds,
        Fingerprint needed,
        Func<FingerprintTable, Fingerprint, Fingerprint, bool> fits,
        [NotNullWhen(true)] out PooledConnection? connection)
    {
        for (var slot = state.Slots.Used - 1; slot >= 0; slot--)
        {
            var word = state.Slots[slot];
            if (word.State == SlotState.Idle && word.IdleFor(state.Clock.Now) >= milliseconds && fits(state.Fingerprints, word.Fingerprint, needed)
                && state.Slots.TryTake(slot, word, out connection) && IsFit(connection, word))
            {
                return true;
            }
        }

        connection = null;
        return false;
    }

    private (int Index, SlotWord Word)? FindLongestIdle(Fingerprint? repaintableTo)
    {
        (int Index, SlotWord Word)? found = null;
        var now = state.Clock.Now;
        for (var slot = 0; slot < state.Slots.Used; slot++)
        {
            var word = state.Slots[slot];
            if (word.State == SlotState.Idle
                && (found is null || word.IdleFor(now) > found.Value.Word.IdleFor(now))
                && (repaintableTo is not { } to || state.Fingerprints.CanRepaint(word.Fingerprint, to)))
            {
                found = (slot, word);
            }
        }

        return found;
    }
}
