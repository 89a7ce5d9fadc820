using Pool.Actors.Sessions;
using Pool.Actors.Settings;

namespace Pool.Actors.Relay;

/// <summary>How a session, and the connection that it holds, come to other settings.</summary>
internal static class SettingsChange
{
    /// <summary>The session, and the connection that it holds, have another current database.</summary>
    public static void InDatabase(Session session, string? database) => Apply(session, s => s.InDatabase(database));

    /// <summary>The session, and the connection that it holds, have the option on or off. False as for <see cref="Want"/>.</summary>
    public static bool WithMultiStatements(Session session, bool enabled) => Apply(session, s => s.WithMultiStatements(enabled));

    // The connection may carry less than the session has set.
    private static bool Apply(Session session, Func<SessionSettings, SessionSettings> change)
    {
        if (session.Lease is { Connection: var connection } && connection.Fingerprint != Fingerprint.None)
        {
            connection.Repainted(change(connection.Settings));
        }

        return Want(session, change(session.Settings));
    }

    /// <summary>
    /// The session has these settings from now on. Where there is no place for another fingerprint, no other connection can be brought
    /// to them: the session stays on the one that it holds. False if it holds none, and nothing was changed.
    /// </summary>
    public static bool Want(Session session, SessionSettings settings)
    {
        if (settings.Equals(session.Settings))
        {
            return true;
        }

        var wanted = session.Origin.Backend.Fingerprints.Acquire(session.Origin.Class, settings);
        if (wanted != Fingerprint.None)
        {
            session.Want(wanted);
        }
        else if (session.Lease is { Connection: var connection })
        {
            // Nor may it be brought back to what the session had before.
            connection.Repainted(Fingerprint.None);
            session.Pin(session.Pins | PinReasons.FingerprintLimit);
        }
        else
        {
            return false;
        }

        return true;
    }
}
