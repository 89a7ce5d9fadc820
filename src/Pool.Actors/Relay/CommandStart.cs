using Pool.Actors.Backends;
using Pool.Actors.Backends.StoredCode;
using Pool.Actors.Pooling;
using Pool.Actors.Prepared;
using Pool.Actors.Sessions;
using Pool.Actors.Settings;
using Pool.Actors.Sessions.UserVariables;
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

    // These may be answered by the session itself, or need more of a connection than its paint.
    private const StatementTraits Special =
        StatementTraits.Kills | StatementTraits.ListsProcesses | StatementTraits.ReadsConnectionId | StatementTraits.SetsVariables | StatementTraits.ReadsVariables;

    /// <summary>
    /// The connection must have the session's insert id: the statement may read it (stored code may read what the statement itself does not
    /// name), or may set it to what an unknown one was before, which nobody could tell from one that it left alone.
    /// </summary>
    public const StatementTraits InsertId = StatementTraits.ReadsInsertId | StatementTraits.MayChangeInsertId | StatementTraits.Routine
        | StatementTraits.UnknownFunction | StatementTraits.TextPrepare;

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
        if (header.Sequence != 0 || header.PayloadLength == 0 || session.Inbox.IsLarge || session.IsStateLost)
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

        var statement = default(SessionStatement);
        if (StatementCommands.Serves(session, command)
            && (command != CommandCode.StmtExecute || (statement = StatementExecution.Find(session, payload)) is null))
        {
            return Step.Prepare;
        }

        var facts = statement?.FactsIn(session, session.Origin.Backend.StoredCode?.Current) ?? Facts(session, command, payload);
        if ((facts.Traits & Special) != 0 || command == CommandCode.FieldList || SettingsAnswers.ChoosesDatabase(command, facts)
            || StoredCodeRule.MustLook(session, facts) || OwnVariables.Needed(session, facts.Traits) != session.Needed || ExceedsPins(session, command, facts.Traits))
        {
            return Step.Prepare;
        }

        if (session.Lease is null && session.Diagnostics is not null && (facts.Traits & StatementTraits.ReadsDiagnostics) != 0)
        {
            // The session may answer it itself, and would hold a connection for nothing.
            return Step.Prepare;
        }

        if (session.Lease is null && !TryLease(session))
        {
            // A connection leased anew knows nothing of the session's results.
            return (facts.Traits & (LastResult | InsertId)) == 0 ? Step.Wait : Step.Prepare;
        }

        var lease = session.Lease!;
        if (!Carries(session, lease) || lease.IsHinted || NeedsRestore(lease, facts.Traits) || !UserVariableTravel.IsReady(session, lease.Connection, facts)
            || !lease.Connection.Kills.IsQuiet)
        {
            return Step.Prepare;
        }

        var here = default(ConnectionStatement);
        if (statement is not null && !StatementExecution.IsReady(session, lease, statement, out here))
        {
            return Step.Prepare;
        }

        PinTracking.Start(session, command, facts, statement?.Text);
        lease.Begin(session, command, facts, session.Capabilities, now);
        if (here is not null)
        {
            StatementExecution.Redirect(session, lease, statement!, here);
        }

        session.Send(session.Inbox.Command, header.PacketLength);

        // Either this sees the killer's flag, or the killer sees the statement.
        return session.IsKilled ? Step.ClientLeft : Step.Send;
    }

    // What a lease that is held carries may have been left behind by a repaint that was refused, or by an answer from memory.
    private static bool Carries(Session session, Lease lease) =>
        lease.Connection.Fingerprint is var carried
        && (carried == session.Needed || carried == session.Wanted || carried == Fingerprint.None || lease.SettingsUnread);

    /// <summary>What the statement in a command is; empty facts for commands without one.</summary>
    public static StatementFacts Facts(Session session, CommandCode command, ReadOnlySpan<byte> payload) =>
        Facts(session, command, payload, session.Origin.Backend.StoredCode?.Current);

    /// <summary>As the other, by a catalogue of stored code that was looked up for it.</summary>
    public static StatementFacts Facts(Session session, CommandCode command, ReadOnlySpan<byte> payload, StoredCodeCatalogue? stored)
    {
        if (command is not (CommandCode.Query or CommandCode.StmtPrepare))
        {
            return command == CommandCode.StmtExecute && session.Statements is { } statements && payload.Length >= ExecutePacket.MinBytes
                ? statements.GetValueOrDefault(ExecutePacket.StatementId(payload)) : default;
        }

        var sql = payload[1..];
        var mode = Mode(session);
        var facts = StoredCodeRule.Apply(session, StatementInspector.Inspect(sql, mode), sql, stored);
        return (facts.Traits & StatementTraits.UserVariables) != 0 && command == CommandCode.Query
            ? UserVariableTravel.Follow(session, facts, sql, mode)
            : facts;
    }

    /// <summary>How the session's statements are to be read.</summary>
    public static LexerMode Mode(Session session) => session.Origin.Backend.Facts!.LexerMode | session.Carried.LexerMode;

    /// <summary>True if the statement asks for what the leased connection does not know, or knows of another session.</summary>
    public static bool NeedsRestore(Lease lease, StatementTraits traits) =>
        lease.Missing(traits) != 0 || ((traits & InsertId) != 0 && !lease.HasInsertId);

    /// <summary>True if the statement would pin one session too many.</summary>
    public static bool ExceedsPins(Session session, CommandCode command, StatementTraits traits) =>
        session.Origin.Backend.IsPinLimitReached
        && (session.Pins & ~(PinReasons.Soft | PinReasons.Transaction)) == 0
        && (PinPolicy.Reasons(command, traits, session.Origin.Backend.SharesSettings) & ~PinReasons.Soft) != 0;

    private static bool TryLease(Session session)
    {
        if (!session.Origin.Backend.Pool.TryLease(session.Needed, session.Last, out var connection, session.Origin.Quota))
        {
            return false;
        }

        session.Hold((BackendConnection)connection);
        return true;
    }
}
