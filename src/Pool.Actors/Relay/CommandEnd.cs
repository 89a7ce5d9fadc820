using System.Buffers.Binary;
using Pool.Actors.Backends;
using Pool.Actors.Errors;
using Pool.Actors.Prepared;
using Pool.Actors.Sessions;
using Pool.Actors.Sessions.UserVariables;
using Pool.Actors.Settings;
using Pool.Wire.Commands;
using Pool.Wire.Replies;
using Pool.Wire.Statements;

namespace Pool.Actors.Relay;

/// <summary>What happens when a command's reply has ended: the session learns from it, and the lease goes back or is kept.</summary>
internal static class CommandEnd
{
    private const StatementTraits MayChangeInsertId = StatementTraits.MayChangeInsertId | StatementTraits.Routine
        | StatementTraits.UnknownFunction | StatementTraits.TextPrepare;

    /// <summary>What the end of a connection means for a session that had state on it.</summary>
    public const string StateLost = "The session's transaction, settings and other state were lost with it";

    private const ushort ParseError = 1064;
    private const ushort ReadOnlyOption = 1290;
    private const ushort ReadOnlyMode = 1836;

    /// <summary>Ends the command: Next if that was all, or Settle.</summary>
    public static Step Finish(Session session)
    {
        var lease = session.Lease!;
        var connection = lease.Connection;
        var summary = connection.Replies.Summary;
        lease.Facts = Ran(session, lease, summary);
        lease.End();
        session.Touch();
        if (!summary.HasStatus)
        {
            summary.Status = connection.Status;
        }
        else if (summary.ErrorCode != 0)
        {
            // The flags are those from before the error: a transaction that was open may still be.
            summary.Status |= connection.Status & ServerStatus.InTransaction;
        }

        connection.Status = summary.Status;
        lease.TransactionUnread = summary.ErrorCode != 0 && ((summary.Status & ServerStatus.InTransaction) == 0
            ? MayHaveBegunTransaction(lease.Facts.Kind, summary.Status)
            : MayHaveEndedTransaction(lease.Facts.Kind, summary.ErrorCode));
        connection.HasDiagnostics |= summary.HadWarnings || summary.ErrorCode != 0;
        if (connection.Replies.Schema is { } schema)
        {
            SettingsChange.InDatabase(session, schema.Length == 0 ? null : schema);
        }

        if (connection.Replies.LastGtid is { Sequence: > 0 } last)
        {
            session.Record.LastGtid = last;
        }

        StatementEnd.Note(session, lease, summary);
        NoteResult(session, lease, summary);
        KeptTables.Note(session, lease, summary);
        SettingsAnswers.NoteResult(session, summary);
        if ((lease.Facts.Traits & StatementTraits.FollowedUserVariables) != 0)
        {
            session.Variables!.Ran(connection.UserVariables);
        }

        var shares = session.Origin.Backend.SharesSettings;
        lease.SettingsUnread |= shares && SettingsReading.MayHaveChanged(session, lease, summary);
        var pins = PinPolicy.After(session.Pins, lease.Command, lease.Facts, summary, session.Statements?.Count ?? 0, shares);
        pins = session.Prepared?.Update(pins) ?? pins;
        pins = PinTracking.Finish(session, lease, pins, summary) | Traces(lease, summary, shares);
        session.Pin(pins);
        if (summary.VariableChanged && shares)
        {
            SettingsReading.NoteUnsteady(session, lease);
            pins = session.Pins;
        }

        if (!connection.Kills.IsQuiet || connection.Replies.Window.HasUnscanned || lease.SettingsUnread || lease.PrepareWarned || lease.TransactionUnread
            || session.Objects is { TriedLocks.Count: > 0 } || session.Capture is not null || (lease.Facts.Traits & StatementTraits.SetsGlobals) != 0)
        {
            return Step.Settle;
        }

        var gives = MayGive(session, lease);
        if (gives && MustReadFirst(session, lease))
        {
            return Step.Settle;
        }

        if (gives)
        {
            session.Release();
        }

        return Step.Next;
    }

    /// <summary>Does what takes time at the end of a command: Next or Close.</summary>
    public static ValueTask<Step> SettleAsync(Session session, Step step)
    {
        if (step == Step.Settle)
        {
            return SettleLeaseAsync(session);
        }

        session.Capture = null;
        return step switch
        {
            Step.Denied => DenyAsync(session),
            Step.Lost => GiveUpAsync(session, PoolError.BackendLost),
            Step.Malformed => GiveUpAsync(session, PoolError.BackendMalformed),
            Step.ClientLeft => LeaveAsync(session),
            _ => throw new ArgumentOutOfRangeException(nameof(step), step, "not a step that ends a command"),
        };
    }

    // What is kept for convenience is not kept from others, nor on a connection with another's paint.
    private static bool MayGive(Session session, Lease lease) => session.Pins == PinReasons.None
        || ((session.Pins & ~PinReasons.Soft) == 0 && (lease.IsHinted || session.Origin.HasWaiters));

    // What a connection knows, or carries, and the next session must not get.
    private static bool MustReadFirst(Session session, Lease lease) =>
        lease.HasInsertIdToTake || lease.FoundRowsUnread || lease.KeepsTables || OwnVariables.Carries(session, lease.Connection)
        || session.Variables is { Unread.Count: > 0 } || (session.Pins & PinReasons.Diagnostics) != 0;

    // Only what is off again is reported of a procedure, or of several statements, that had it on in between. After one SET the values are read.
    private static PinReasons Traces(Lease lease, in ReplySummary summary, bool shares) =>
        summary.VariableChanged && !(shares && lease.Facts.Kind == StatementKind.Set)
        && lease.Connection.Replies.Variables.Any(v => VariableCatalogue.TracesStatements(v.Key))
            ? PinReasons.StatementTraces : PinReasons.None;

    // One statement that the server cannot parse has done nothing, whatever it was meant to be. In several, or in a block, others may have run.
    private static StatementFacts Ran(Session session, Lease lease, in ReplySummary summary) =>
        summary.ErrorCode == ParseError && lease is { Command: CommandCode.Query, Facts.Kind: StatementKind.Unknown }
        && !session.Outgoing.IsEmpty && !session.Outgoing.Span.Contains((byte)';')
            ? lease.Facts with { Traits = lease.Facts.Traits & ~StatementTraits.OtherState }
            : lease.Facts;

    // Without autocommit whatever touches a table begins one, and only the statement is rolled back. With it a procedure or a block may
    // have, or one of several statements; these kinds cannot.
    private static bool MayHaveBegunTransaction(StatementKind kind, ServerStatus status) =>
        (status & ServerStatus.Autocommit) == 0 || !(IsOfOneStatement(kind) || kind == StatementKind.Ddl);

    // A definition and its like commit before they fail; stored code and the first of several statements may have.
    private static bool MayHaveEndedTransaction(StatementKind kind, int error) =>
        error is ServerErrorCode.Deadlock or ServerErrorCode.LockWaitTimeout || !(IsOfOneStatement(kind) || error == ParseError);

    private static bool IsOfOneStatement(StatementKind kind) =>
        kind is StatementKind.Select or StatementKind.Table or StatementKind.Values or StatementKind.Insert or StatementKind.Replace
            or StatementKind.Update or StatementKind.Delete or StatementKind.Set or StatementKind.Use or StatementKind.Show;

    private static void NoteResult(Session session, Lease lease, in ReplySummary summary)
    {
        switch (lease.Command)
        {
            case CommandCode.StmtPrepare when summary.ErrorCode == 0 && lease.Preparing is { } preparing:
                StatementCommands.EndDiagnostics(session, preparing.Facts, summary.Warnings);
                lease.PrepareWarned = summary.Warnings > 0 && !lease.HasLastResult;
                return;
            case CommandCode.StmtPrepare when summary.ErrorCode == 0:
                // What it may touch pins from its prepare on.
                (session.Statements ??= [])[summary.StatementId] =
                    new StatementFacts(StatementKind.Empty, lease.Facts.Traits & StatementTraits.CalcFoundRows) { Results = lease.Facts.Results };
                return;
            case CommandCode.StmtClose:
                session.Statements?.Remove(BinaryPrimitives.ReadUInt32LittleEndian(session.Outgoing.Span[5..]));
                return;
            case CommandCode.StmtSendLongData or CommandCode.Statistics:
            case CommandCode.StmtFetch when summary.ErrorCode == 0:
                return;
            case CommandCode.FieldList when summary.ErrorCode == 0:
                session.Record.NoteLocal(-1);
                return;
            case CommandCode.SetOption when summary.ErrorCode == 0:
                SettingsChange.WithMultiStatements(session, session.Outgoing.Span[5] == 0);
                session.Record.NoteLocal(-1);
                return;
        }

        session.Record.Note(summary);
        if (summary.ErrorCode == 0 && CommandPlans.KeepsDiagnostics(lease.Command))
        {
            // The connection knows as much of the statement before as it did.
            return;
        }

        var onlyAsks = lease.Facts.Kind is StatementKind.Show or StatementKind.GetDiagnostics && (lease.Facts.Traits & StatementTraits.ReadsDiagnostics) != 0
            && summary.ErrorCode == 0;
        session.Diagnostics = onlyAsks ? session.Diagnostics : null;

        // What the session has taken from another connection, this one still cannot tell.
        lease.HasLastResult |= session.Diagnostics is null;
        lease.InsertIdUnread |= MayHaveChangedInsertId(lease.Facts, summary);

        FoundRows.Note(session, lease, summary);
        if (summary.ErrorCode is ReadOnlyOption or ReadOnlyMode)
        {
            session.Origin.Backend.NoteReadOnly();
        }
    }

    // The reply to some names none, and neither do rows, nor an error after some rows.
    private static bool MayHaveChangedInsertId(StatementFacts facts, in ReplySummary summary) =>
        summary.LastInsertId != 0 || (facts.Traits & MayChangeInsertId) != 0 || facts.Kind switch
        {
            StatementKind.LoadData or StatementKind.Analyze => true,
            StatementKind.Insert or StatementKind.Replace => summary.HadResultSet || summary.ErrorCode != 0,
            StatementKind.Ddl or StatementKind.Multi => summary.ErrorCode != 0,
            _ => false,
        };

    private static ValueTask<Step> DenyAsync(Session session)
    {
        session.ConsumeSent();
        return LocalCommands.SendAsync(session, session.Outgoing);
    }

    private static async ValueTask<Step> SettleLeaseAsync(Session session)
    {
        var lease = session.Lease!;
        await lease.Connection.Kills.WhenQuietAsync();
        if (lease.Connection.Replies.Window.HasUnscanned)
        {
            // The server said something after its reply: it is going away, and so is what the session had there.
            var stateLost = session.LosesStateThere;
            session.Discard("unasked");
            session.Capture = null;
            return stateLost ? await LocalCommands.FailAndCloseAsync(session, PoolError.BackendLost, 0, session.Origin.Backend.Name, StateLost) : Step.Next;
        }

        if ((lease.PrepareWarned && !await OwnResults.ReadDiagnosticsAsync(session, lease))
            || (lease.SettingsUnread && !await SettingsReading.ReadAsync(session, lease))
            || (lease.TransactionUnread && !await OwnResults.ReadTransactionAsync(session, lease))
            || (session.Objects is { TriedLocks.Count: > 0 } && !await OwnResults.ReadLocksAsync(session, lease)))
        {
            session.Discard("lost");
            session.Capture = null;
            session.IsStateLost = true;
            return Step.Next;
        }

        SettingsAnswers.Remember(session, lease);
        if ((lease.Facts.Traits & StatementTraits.SetsGlobals) != 0)
        {
            await session.Origin.Backend.CatchUpAsync();
        }

        if (!MayGive(session, lease))
        {
            return Step.Next;
        }

        await GiveBackAsync(session, lease);
        return Step.Next;
    }

    /// <summary>
    /// Gives a clean connection back, after what only it knows was read from it; or keeps it, if something there cannot travel.
    /// </summary>
    public static async ValueTask GiveBackAsync(Session session, Lease lease)
    {
        // First what another statement would change.
        var kept = ((session.Pins & PinReasons.Diagnostics) == 0 || await OwnResults.ReadDiagnosticsAsync(session, lease))
            && (!lease.FoundRowsUnread || await OwnResults.ReadFoundRowsAsync(session, lease))
            && (!lease.HasInsertIdToTake || await OwnResults.TakeInsertIdAsync(session, lease))
            && (!lease.SettingsUnread || await SettingsReading.ReadAsync(session, lease))
            && await UserVariableTravel.KeepAsync(session, lease.Connection)
            && (!OwnVariables.Carries(session, lease.Connection) || await OwnVariables.TakeBackAsync(session, lease.Connection))
            && (!lease.KeepsTables || session.HasStateThere || await KeptTables.FreeAsync(lease));
        if (!kept)
        {
            session.Discard("lost");
            session.IsStateLost = true;
        }
        else if (session.HasStateThere)
        {
            // The session has it now, and the connection may say what the pool's own statements left.
            lease.HasLastResult = false;
        }
        else
        {
            session.Release();
        }
    }

    private static async ValueTask<Step> GiveUpAsync(Session session, PoolError error)
    {
        var lease = session.Lease!;
        var replies = lease.Connection.Replies;
        var (canTell, sequence) = (replies.AtPacketBoundary && !session.IsStreaming, replies.NextClientSequence);
        var stateLost = session.LosesStateThere;
        var hasNoReply = ReplyShapes.Of(lease.Command) == ReplyShape.None && !session.IsStreaming;
        lease.End();
        await lease.Connection.Kills.WhenQuietAsync();
        session.Discard(error == PoolError.BackendLost ? "lost" : "malformed");
        if (hasNoReply)
        {
            // Told to whatever asks for one next: the statement's execute, or any command.
            session.IsStateLost |= stateLost;
            if (lease.Statement is { } statement)
            {
                statement.Deferred = LocalReply.Error(1, error, session.Origin.Backend.Name, "");
            }

            return Step.Next;
        }

        var consequence = stateLost ? StateLost : "";
        if (!canTell || stateLost)
        {
            return canTell
                ? await LocalCommands.FailAndCloseAsync(session, error, sequence, session.Origin.Backend.Name, consequence)
                : Step.Close;
        }

        return await LocalCommands.SendErrorAsync(session, error, sequence, session.Origin.Backend.Name, consequence);
    }

    // The client is not there to read the rest, and reading it in its place may take for ever.
    private static async ValueTask<Step> LeaveAsync(Session session)
    {
        session.Lease!.End();
        await session.Lease.Connection.Kills.WhenQuietAsync();
        session.Discard("client-left");
        return Step.Close;
    }
}
