using Pool.Actors.Backends;
using Pool.Actors.Pooling;
using Pool.Actors.Sessions;
using Pool.Wire.Commands;
using Pool.Wire.Replies;
using Pool.Wire.Statements;

namespace Pool.Actors.Relay;

/// <summary>
/// The straight path of a command: whole in the inbox, a connection held or free with just the needed fingerprint, nothing to
/// rewrite or restore. Synchronous and without allocations; whatever is not so simple is left to <see cref="CommandPreparation"/>.
/// </summary>
internal static class CommandStart
{
    private const StatementTraits LastResult = StatementTraits.ReadsRowCount | StatementTraits.ReadsFoundRows | StatementTraits.ReadsDiagnostics;

    /// <summary>The statement may read the insert id; stored code may read what the statement itself does not name.</summary>
    public const StatementTraits InsertId = StatementTraits.ReadsInsertId | StatementTraits.Routine | StatementTraits.UnknownFunction | StatementTraits.TextPrepare;

    /// <summary>Starts the command at the front of the inbox: Send; or Wait or Prepare if it is not so simple.</summary>
    public static Step Begin(Session session)
    {
        session.Services.Metrics.Commands.Increment();
        return Start(session);
    }

    /// <summary>Goes on after <see cref="Step.Wait"/>: as <see cref="Begin"/>, or Denied.</summary>
    public static Step Resume(Session session, LeaseResult result)
    {
        if (result.Connection is not BackendConnection connection)
        {
            session.Send(LeaseSetup.Denial(session, result), session.Inbox.Header.PacketLength);
            return Step.Denied;
        }

        session.Hold(connection);
        return connection.Fingerprint == session.Needed ? Start(session) : Step.Prepare;
    }

    private static Step Start(Session session)
    {
        var now = session.Touch();
        var header = session.Inbox.Header;
        if (header.Sequence != 0 || header.PayloadLength == 0 || session.Inbox.IsLarge)
        {
            return Step.Prepare;
        }

        var payload = session.Inbox.Payload;
        var command = (CommandCode)payload[0];
        var plan = CommandPlans.Of(command, header.PayloadLength);
        if (plan != CommandPlan.Forward && !(plan == CommandPlan.ForwardIfHeld && session.HoldsLease))
        {
            return Step.Prepare;
        }

        var facts = Facts(session, command, payload);
        if ((facts.Traits & (StatementTraits.Kills | StatementTraits.ReadsConnectionId)) != 0 || ExceedsPins(session, command, facts.Traits))
        {
            return Step.Prepare;
        }

        if (session.Lease is null && !TryLease(session))
        {
            // A connection leased anew knows nothing of the session's results.
            return (facts.Traits & (LastResult | InsertId)) == 0 ? Step.Wait : Step.Prepare;
        }

        var lease = session.Lease!;
        if (NeedsRestore(lease, facts.Traits) || !lease.Connection.Kills.IsQuiet)
        {
            return Step.Prepare;
        }

        lease.Begin(session, command, facts, session.Capabilities, now);
        session.Send(session.Inbox.Command, header.PacketLength);

        // Either this sees the killer's flag, or the killer sees the statement.
        return session.IsKilled ? Step.ClientLeft : Step.Send;
    }

    /// <summary>What the statement in a command is; empty facts for commands without one.</summary>
    public static StatementFacts Facts(Session session, CommandCode command, ReadOnlySpan<byte> payload) =>
        command is CommandCode.Query or CommandCode.StmtPrepare
            ? StatementInspector.Inspect(payload[1..], Mode(session))
            : default;

    /// <summary>How the session's statements are to be read.</summary>
    public static LexerMode Mode(Session session)
    {
        var facts = session.Origin.Backend.Facts!;
        var status = session.Lease?.Connection.Status ?? session.IdleStatus;
        var mode = facts.LexerMode & ~LexerMode.NoBackslashEscapes;
        mode |= (status & ServerStatus.NoBackslashEscapes) != 0 ? LexerMode.NoBackslashEscapes : LexerMode.None;
        mode |= facts.Flavour == ServerFlavour.MariaDb && (status & ServerStatus.AnsiQuotes) != 0 ? LexerMode.AnsiQuotes : LexerMode.None;
        return facts.Collations.IsMultiByteUnsafe(session.Settings.CollationId) ? mode | LexerMode.MultiByteUnsafe : mode;
    }

    /// <summary>True if the statement asks for what the leased connection does not know, or knows of another session.</summary>
    public static bool NeedsRestore(Lease lease, StatementTraits traits) =>
        ((traits & LastResult) != 0 && !lease.HasLastResult) || ((traits & InsertId) != 0 && !lease.HasInsertId);

    /// <summary>True if the statement would pin one session too many.</summary>
    public static bool ExceedsPins(Session session, CommandCode command, StatementTraits traits) =>
        session.Origin.Backend.IsPinLimitReached
        && (session.Pins & ~(PinReasons.Soft | PinReasons.Transaction)) == 0
        && (PinPolicy.Reasons(command, traits) & ~PinReasons.Soft) != 0;

    private static bool TryLease(Session session)
    {
        var backend = session.Origin.Backend;
        if (!backend.Pool.TryLease(session.Needed, session.Last, out var connection))
        {
            return false;
        }

        session.Hold((BackendConnection)connection);
        return true;
    }
}
