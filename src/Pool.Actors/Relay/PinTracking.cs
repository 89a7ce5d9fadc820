using Pool.Actors.Prepared;
using Pool.Actors.Sessions;
using Pool.Wire.Commands;
using Pool.Wire.Replies;
using Pool.Wire.Statements;

namespace Pool.Actors.Relay;

/// <summary>Keeps track of what pins a session: by which statement a pin began, and when the last of its objects is gone.</summary>
internal static class PinTracking
{
    private const int DigestChars = 200;

    /// <summary>The command at the front of the inbox is about to be sent; it may execute a statement whose text was prepared before.</summary>
    public static void Start(Session session, CommandCode command, StatementFacts facts, PreparedText? prepared = null)
    {
        if (!facts.TouchesSession && session.Objects is null)
        {
            return;
        }

        if (prepared is not null)
        {
            Look(session, command, facts, prepared.Text, prepared.Mode, prepared.Key.Database);
        }
        else if (command is CommandCode.Query or CommandCode.StmtPrepare)
        {
            Look(session, command, facts, session.Inbox.Payload[1..], CommandStart.Mode(session), session.Settings.Database);
        }
        else
        {
            // An execute whose text was not kept.
            session.Suspect = null;
        }
    }

    /// <summary>The command has ended: the reasons that still hold of those that its statement and its reply tell.</summary>
    public static PinReasons Finish(Session session, Lease lease, PinReasons pins, in ReplySummary summary)
    {
        var shares = session.Origin.Backend.SharesSettings;
        if (!shares || (!lease.Facts.TouchesSession && session.Objects is null))
        {
            return pins;
        }

        var brought = PinPolicy.Reasons(lease.Command, lease.Facts.Traits, shares);
        if ((brought & PinnedObjects.Followed) != 0)
        {
            session.Objects ??= new PinnedObjects(session.Pins);
        }

        return session.Objects?.Finish(pins, brought, lease.Facts, summary) ?? pins;
    }

    private static void Look(
        Session session, CommandCode command, StatementFacts facts, ReadOnlySpan<byte> sql, LexerMode mode, string? database)
    {
        var shares = session.Origin.Backend.SharesSettings;
        var reasons = PinPolicy.Reasons(command, facts.Traits, shares) & ~PinReasons.Soft;
        if (session.PinnedSince == 0)
        {
            // Some variables turn out only later to be such as pin.
            session.Suspect = reasons != PinReasons.None || (facts.Traits & StatementTraits.SetsVariables) != 0
                ? StatementDigest.Of(sql, mode, DigestChars)
                : null;
        }

        if (shares && CommandPlans.Runs(command) && (session.Objects is not null || (reasons & PinnedObjects.Followed) != 0))
        {
            (session.Objects ??= new PinnedObjects(session.Pins)).Start(sql, mode, facts.Kind, database);
        }
    }
}
