using Pool.Actors.Backends;
using Pool.Actors.Errors;
using Pool.Actors.Relay;
using Pool.Wire.Statements;

namespace Pool.Actors.Sessions;

/// <summary>The limits on what a session may hold, and for how long. Called from any thread.</summary>
internal static class SessionWatch
{
    // Long enough for a driver that asks for warnings right away, short enough for a client that never does.
    private static readonly TimeSpan s_softPinHold = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Ends a session if its client has said nothing for too long: by its own wait_timeout, whatever it holds, as at a server; by the
    /// node's limit only if it holds no connection.
    /// </summary>
    public static void CheckIdle(Session session, long now)
    {
        if (Exceeds(session, session.LastActiveAt, now, session.IdleLimit) && session.TryEndIdle(PoolError.IdleClient))
        {
            return;
        }

        if (!session.HoldsLease && CheckBlocked(session, session.Origin.Backend.Limits, now) && Exceeds(session, session.LastActiveAt, now, session.Services.Limits.IdleTimeout))
        {
            session.TryEndIdle(PoolError.IdleClient);
        }
    }

    /// <summary>Enforces the limits on the session's lease.</summary>
    public static void CheckLease(Session session, Lease lease, long now)
    {
        var limits = session.Origin.Backend.Limits;
        if (!CheckBlocked(session, limits, now))
        {
            return;
        }

        if (lease.StartedAt is var started && Exceeds(session, started, now, limits.QueryTimeout) && lease.TryNoteOverdue())
        {
            Count(session, nameof(limits.QueryTimeout));
            _ = session.KillAsync(KillScope.Query, started);
        }
        else if (session.IsIdle)
        {
            CheckIdleLease(session, limits, now);
        }
    }

    private static void CheckIdleLease(Session session, LeaseLimits limits, long now)
    {
        var pins = session.Pins;
        if ((pins & ~PinReasons.Soft) == 0)
        {
            if (session.Origin.HasWaiters || Exceeds(session, session.LastActiveAt, now, s_softPinHold))
            {
                WhileIdle(session, GiveBackAsync);
            }
        }
        else if ((pins & PinReasons.Transaction) != 0 && Exceeds(session, session.LastActiveAt, now, limits.IdleInTransactionTimeout))
        {
            Count(session, nameof(limits.IdleInTransactionTimeout));
            session.TryEndIdle(PoolError.IdleInTransaction, (long)limits.IdleInTransactionTimeout.TotalMilliseconds);
        }
        else if (Exceeds(session, session.LastActiveAt, now, limits.IdlePinnedTimeout))
        {
            Count(session, nameof(limits.IdlePinnedTimeout));
            session.TryEndIdle(PoolError.IdlePinned, (long)limits.IdlePinnedTimeout.TotalMilliseconds, pins);
        }
    }

    // False: the client has kept its command waiting for too long, and is cut off.
    private static bool CheckBlocked(Session session, LeaseLimits limits, long now)
    {
        if (!Exceeds(session, session.ClientBlockedSince, now, limits.ClientWriteTimeout))
        {
            return true;
        }

        if (session.TryStopWaiting())
        {
            Count(session, nameof(limits.ClientWriteTimeout));
            session.Client.Abort();
        }

        return false;
    }

    /// <summary>
    /// The session's own flow begins to wait for its client, and holds a connection: if for convenience alone, others may have it.
    /// </summary>
    public static void Rest(Session session, Lease lease)
    {
        var isSpare = (session.Pins & ~PinReasons.Soft) == 0;
        if (isSpare)
        {
            session.Origin.Backend.Pool.Offers.Add(lease.Connection);
        }

        session.Turn.Rest();
        if (isSpare)
        {
            // Whoever joined the line too early to see the offer, or to find the session at rest, is seen here.
            Interlocked.MemoryBarrier();
            TryGiveBack(session);
        }
    }

    /// <summary>Has the session give back what it holds for convenience alone, if it waits for its client, and somebody for a connection.</summary>
    public static bool TryGiveBack(Session session) => session.Origin.HasWaiters && session.IsIdle && WhileIdle(session, GiveBackAsync);

    /// <summary>
    /// Has something done for the session while its client is silent; a command that comes meanwhile waits until it is done. Does
    /// nothing, and answers false, if the session is not idle.
    /// </summary>
    private static bool WhileIdle(Session session, Func<Session, Task> work)
    {
        if (session.Turn.TrySettle() is not { } settled)
        {
            return false;
        }

        _ = SettleAsync(session, work, settled);
        return true;
    }

    private static async Task SettleAsync(Session session, Func<Session, Task> work, TaskCompletionSource settled)
    {
        try
        {
            await work(session);
        }
        catch (Exception e)
        {
            SessionLog.Failed(session.Services.Logger, session.Id.Value, e);
            session.Discard("fault");
        }

        session.Turn.Settled(settled);
    }

    // The client did not ask for its warnings while they were fresh: the connection is worth more to others.
    private static async Task GiveBackAsync(Session session)
    {
        if (session.Lease is { } lease && (session.Pins & ~PinReasons.Soft) == 0)
        {
            await CommandEnd.GiveBackAsync(session, lease);
        }
    }

    private static bool Exceeds(Session session, long since, long now, TimeSpan limit) =>
        since != 0 && limit > TimeSpan.Zero && session.Services.Time.GetElapsedTime(since, now) > limit;

    private static void Count(Session session, string limit) => session.Origin.Backend.Metrics.LimitsReached[limit].Increment();
}
