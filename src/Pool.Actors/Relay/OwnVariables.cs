using Pool.Actors.Backends;
using Pool.Actors.Sessions;
using Pool.Actors.Settings;
using Pool.Wire.Statements;

namespace Pool.Actors.Relay;

/// <summary>
/// Variables that are the session's own (the idle timeouts): a connection has the session's values only while a statement may read
/// or change them, since they would end a pooled connection too. The session itself keeps to them.
/// </summary>
internal static class OwnVariables
{
    private const StatementTraits MayRead = StatementTraits.ReadsVariables | StatementTraits.SetsVariables | StatementTraits.Routine
        | StatementTraits.UnknownFunction | StatementTraits.TextPrepare | StatementTraits.OtherState;

    /// <summary>What a connection must carry for a statement with these traits.</summary>
    public static Fingerprint Needed(Session session, StatementTraits traits) =>
        (traits & MayRead) != 0 ? session.Wanted : session.Needed;

    /// <summary>True if the connection carries what nobody else may get.</summary>
    public static bool Carries(Session session, BackendConnection connection) =>
        connection.Fingerprint is var carried && carried != Fingerprint.None
        && session.Origin.Backend.Fingerprints[carried].Painted != carried;

    /// <summary>Brings the connection back to what may be shared; false if it is to be given up.</summary>
    public static async ValueTask<bool> TakeBackAsync(Session session, BackendConnection connection)
    {
        var fingerprints = session.Origin.Backend.Fingerprints;
        var shared = fingerprints.SettingsOf(fingerprints[connection.Fingerprint].Painted);
        return (await LeaseSetup.PaintAsync(session, connection, shared)).Succeeded;
    }
}
