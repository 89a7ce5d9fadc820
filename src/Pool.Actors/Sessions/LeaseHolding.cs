using Pool.Actors.Backends;
using Pool.Actors.Relay;

namespace Pool.Actors.Sessions;

/// <summary>How a session takes a connection, says why it keeps it, and gives it back. Called by the session's own flow of control.</summary>
internal static class LeaseHolding
{
    private const PinReasons NotCounted = PinReasons.Transaction | PinReasons.Soft;

    /// <summary>Takes the connection for the session.</summary>
    public static void Hold(this Session session, BackendConnection connection)
    {
        connection.Lease.Start(session);
        session.Last = connection;
        session.ExchangeLease(connection.Lease);
    }

    /// <summary>Replaces the reasons to keep the connection, and counts them.</summary>
    public static void Pin(this Session session, PinReasons pins)
    {
        var before = session.Pins;
        if (pins == before)
        {
            return;
        }

        var backend = session.Origin.Backend;
        var (was, now) = ((before & ~NotCounted) != 0, (pins & ~NotCounted) != 0);
        if (was && !now)
        {
            backend.Unpin();
            (session.PinnedBy, session.PinnedSince) = (null, 0);
        }
        else if (now && !was)
        {
            backend.Pin();
            session.PinnedSince = session.Services.Time.GetTimestamp();
            session.PinnedBy = session.Lease is { Facts.TouchesSession: true } ? session.Suspect : null;
        }

        session.Pins = pins;
        backend.CountPins(pins & ~before);
    }

    /// <summary>Gives the connection back, clean; what the next statement needs stays with the session.</summary>
    public static void Release(this Session session)
    {
        if (LetGo(session) is { } connection)
        {
            Return(session, connection);
        }
    }

    /// <summary>Gives the connection back for what it has become: to be used again, reset, or closed.</summary>
    public static void ReleaseAsLeft(this Session session)
    {
        var pins = session.Pins;
        var leavesTraces = session.Lease is { HasInsertIdToTake: true } or { KeepsTables: true };
        if (LetGo(session) is not { } connection)
        {
            return;
        }

        var pool = session.Origin.Backend.Pool;
        if ((pins & PinReasons.ForNobodyElse) != 0)
        {
            pool.Discard(connection, "for-nobody-else");
        }
        else if ((pins & ~PinReasons.Soft) != 0 || leavesTraces || OwnVariables.Carries(session, connection))
        {
            pool.ReturnDirty(connection);
        }
        else
        {
            Return(session, connection);
        }
    }

    /// <summary>Gives up a connection that cannot be used any more.</summary>
    public static void Discard(this Session session, string cause)
    {
        if (LetGo(session) is not { } connection)
        {
            return;
        }

        if (session.IsStreaming)
        {
            // The server has a part of a command, and would take a QUIT for more of it.
            connection.Abort();
        }

        session.Origin.Backend.Pool.Discard(connection, cause);
    }

    // MariaDB shows old warnings until a statement uses a table: without a reset the next session could see this one's.
    private static void Return(Session session, BackendConnection connection)
    {
        var backend = session.Origin.Backend;
        if (connection.IsBroken)
        {
            backend.Pool.Discard(connection, "doomed");
        }
        else if (connection.UserVariables is { IsFull: true } or { AreUncertain: true } || (connection.HasDiagnostics && backend.Facts!.Flavour == ServerFlavour.MariaDb))
        {
            backend.Pool.ReturnDirty(connection);
        }
        else
        {
            backend.Pool.Return(connection);
        }
    }

    private static BackendConnection? LetGo(Session session)
    {
        session.Pin(PinReasons.None);
        session.Statements = null;
        session.Variables?.Forget();
        session.Objects = null;
        if (session.ExchangeLease(null) is not { } lease)
        {
            return null;
        }

        session.Origin.Backend.Pool.Offers.Remove(lease.Connection);
        lease.Connection.Holder = null;
        return lease.Connection;
    }
}
