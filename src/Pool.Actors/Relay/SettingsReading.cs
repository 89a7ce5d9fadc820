using Pool.Actors.Sessions;
using Pool.Actors.Settings;
using Pool.Wire.Commands;
using Pool.Wire.Replies;
using Pool.Wire.Statements;

namespace Pool.Actors.Relay;

/// <summary>
/// Learns what a session's variables are after a statement that may have changed some: the trackers and the lexer say that, and one
/// statement then reads all of them, with whatever else the change did silently. Session and connection move together.
/// </summary>
internal static class SettingsReading
{
    // What fails may have changed variables before, and a server tells that late or never.
    private const StatementTraits MayChangeAndFail = StatementTraits.SetsVariables | StatementTraits.Routine | StatementTraits.UnknownFunction
        | StatementTraits.TextPrepare | StatementTraits.OtherState;

    /// <summary>True if the command may have changed variables.</summary>
    public static bool MayHaveChanged(Session session, Lease lease, in ReplySummary summary)
    {
        if (lease.Command is CommandCode.StmtPrepare or CommandCode.StmtClose or CommandCode.StmtSendLongData
            || lease.Connection.Fingerprint == Fingerprint.None)
        {
            return false;
        }

        return (lease.Facts.Traits & StatementTraits.SetsVariables) != 0
            || (summary.ErrorCode != 0 && (lease.Facts.Traits & MayChangeAndFail) != 0)
            || (summary.VariableChanged && TellsNews(session, lease));
    }

    /// <summary>Takes note of variables that no snapshot holds: those that change by themselves, and those that nobody knows.</summary>
    public static void NoteUnsteady(Session session, Lease lease)
    {
        foreach (var (name, _) in lease.Connection.Replies.Variables)
        {
            if (name.ToLowerInvariant() is "last_insert_id" or "identity")
            {
                // Set by the session itself.
                lease.HasInsertId = lease.InsertIdUnread = true;
            }
            else if (session.Settings.Find(name) is null)
            {
                session.Pin(session.Pins | PinReasons.ConnectionValue);
            }
        }
    }

    /// <summary>Reads the variables; false if the connection is lost.</summary>
    public static async ValueTask<bool> ReadAsync(Session session, Lease lease)
    {
        // First what the reading would change.
        if ((session.Pins & PinReasons.Diagnostics) != 0 && !await OwnResults.ReadDiagnosticsAsync(session, lease))
        {
            return false;
        }

        if (lease.FoundRowsUnread && !await OwnResults.ReadFoundRowsAsync(session, lease))
        {
            return false;
        }

        var connection = lease.Connection;
        var had = connection.Settings;
        lease.HasLastResult = false;
        if (await connection.ReadSettingsAsync() is not { } has)
        {
            // Refused (an XA transaction between its END and its PREPARE, a limit on execution time): tried again after the next statement.
            session.Pin(session.Pins | PinReasons.Variables);
            return !connection.IsBroken;
        }

        lease.SettingsUnread = false;
        connection.Repainted(has);
        SettingsChange.Want(session, Kept(session.Settings, had, has));
        var pins = session.Pins & ~(PinReasons.Diagnostics | PinReasons.Variables);
        foreach (var variable in connection.Moved(has))
        {
            pins |= PinReasons.Variables | (VariableCatalogue.TracesStatements(variable.Name) ? PinReasons.StatementTraces : PinReasons.None);
        }

        session.Pin(pins);
        return true;
    }

    // What the connection did not carry (the session's own variables, and hints), and the statement did not set, stays as the session has it.
    private static SessionSettings Kept(SessionSettings wanted, SessionSettings had, SessionSettings has)
    {
        if (wanted.Equals(had))
        {
            return has;
        }

        foreach (var variable in has.Baseline.Catalogue.Variables)
        {
            if (variable.Role != VariableRole.Watched && has[variable.Index] == had[variable.Index])
            {
                has = has.With(variable.Name, wanted[variable.Index]);
            }
        }

        return has;
    }

    // A hint's variable is reported with each statement, at the value that it has again.
    private static bool TellsNews(Session session, Lease lease)
    {
        var settings = lease.Connection.Settings;
        foreach (var (name, value) in lease.Connection.Replies.Variables)
        {
            if (settings.Find(name) is not { } known || !VariableCatalogue.IsSame(known, value))
            {
                return true;
            }
        }

        return lease.Connection.Replies.Variables.Count == 0;
    }
}
