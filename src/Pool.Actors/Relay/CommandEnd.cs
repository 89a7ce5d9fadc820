using System.Buffers.Binary;
using System.Globalization;
using Pool.Actors.Backends;
using Pool.Actors.Errors;
using Pool.Actors.Sessions;
using Pool.Actors.Settings;
using Pool.Wire.Commands;
using Pool.Wire.Replies;
using Pool.Wire.Statements;

namespace Pool.Actors.Relay;

/// <summary>What happens when a command's reply has ended: the session learns from it, and the lease goes back or is kept.</summary>
internal static class CommandEnd
{
    private const ServerStatus Lasting = ServerStatus.Autocommit | ServerStatus.InTransaction | ServerStatus.InReadOnlyTransaction
        | ServerStatus.NoBackslashEscapes | ServerStatus.AnsiQuotes;

    private const StatementTraits MayChangeInsertId = StatementTraits.MayChangeInsertId | StatementTraits.Routine
        | StatementTraits.UnknownFunction | StatementTraits.TextPrepare;

    /// <summary>What the end of a connection means for a session that had state on it.</summary>
    public const string StateLost = "The session's transaction, settings and other state were lost with it";

    private const ushort ReadOnlyOption = 1290;
    private const ushort ReadOnlyMode = 1836;

    /// <summary>Ends the command: Next if that was all, or Settle.</summary>
    public static Step Finish(Session session)
    {
        var lease = session.Lease!;
        var connection = lease.Connection;
        var summary = connection.Replies.Summary;
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

        connection.Status = summary.Status & Lasting;
        connection.HasDiagnostics |= summary.Warnings > 0 || summary.ErrorCode != 0;
        if (connection.Replies.Schema is { } schema)
        {
            ChangeSettings(session, session.Settings with { Database = schema.Length == 0 ? null : schema });
        }

        NoteResult(session, lease, summary);
        var pins = PinPolicy.After(session.Pins, lease.Command, lease.Facts, summary, session.Statements?.Count ?? 0);
        session.Pin(pins);
        var gives = pins == PinReasons.None || ((pins & ~PinReasons.Soft) == 0 && session.Origin.Backend.Pool.HasWaiters);
        if (!connection.Kills.IsQuiet || connection.Replies.Window.HasUnscanned || (gives && (lease.InsertIdUnread || lease.FoundRowsUnread)))
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
    public static ValueTask<Step> SettleAsync(Session session, Step step) => step switch
    {
        Step.Settle => SettleLeaseAsync(session),
        Step.Denied => DenyAsync(session),
        Step.Lost => GiveUpAsync(session, PoolError.BackendLost),
        Step.Malformed => GiveUpAsync(session, PoolError.BackendMalformed),
        Step.ClientLeft => LeaveAsync(session),
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, "not a step that ends a command"),
    };

    /// <summary>The session and its connection now have these settings.</summary>
    public static void ChangeSettings(Session session, SessionSettings settings)
    {
        session.Lease?.Connection.Repainted(settings);
        var needed = session.Origin.Backend.Fingerprints.Intern(session.Origin.Class, settings);
        if (needed != Fingerprint.None)
        {
            session.Needed = needed;
        }
        else
        {
            // The table is full: no other connection can be brought to these settings, so the session stays on this one.
            session.Pin(session.Pins | PinReasons.StateChange);
        }
    }

    private static void NoteResult(Session session, Lease lease, in ReplySummary summary)
    {
        switch (lease.Command)
        {
            case CommandCode.StmtPrepare when summary.ErrorCode == 0:
                (session.Statements ??= []).Add(summary.StatementId);
                lease.CalculatesFoundRows |= (lease.Facts.Traits & StatementTraits.CalcFoundRows) != 0;
                return;
            case CommandCode.StmtClose:
                session.Statements?.Remove(BinaryPrimitives.ReadUInt32LittleEndian(session.Outgoing.Span[5..]));
                return;
            case CommandCode.StmtPrepare or CommandCode.StmtSendLongData or CommandCode.Statistics or CommandCode.FieldList:
                return;
            case CommandCode.SetOption when summary.ErrorCode == 0:
                ChangeSettings(session, session.Settings with { MultiStatements = session.Outgoing.Span[5] == 0 });
                session.Record.NoteLocal(-1);
                lease.HasLastResult = true;
                return;
        }

        session.Record.Note(summary);
        lease.HasLastResult = true;
        if (summary.LastInsertId != 0 || (lease.Facts.Traits & MayChangeInsertId) != 0)
        {
            lease.HasInsertId = true;
            lease.InsertIdUnread = true;
        }

        if (summary.IsResultSet)
        {
            lease.FoundRowsUnread = (lease.Facts.Traits & StatementTraits.CalcFoundRows) != 0
                || (lease.CalculatesFoundRows && lease.Command == CommandCode.StmtExecute);
        }

        if (summary.ErrorCode is ReadOnlyOption or ReadOnlyMode)
        {
            session.Origin.Backend.NoteReadOnly();
        }
    }

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
            var stateLost = (session.Pins & ~PinReasons.Soft) != 0;
            session.Discard("unasked");
            return stateLost ? await LocalCommands.FailAndCloseAsync(session, PoolError.BackendLost, 0, session.Origin.Backend.Name, StateLost) : Step.Next;
        }

        if ((session.Pins & ~PinReasons.Soft) != 0 || (session.Pins != PinReasons.None && !session.Origin.Backend.Pool.HasWaiters))
        {
            return Step.Next;
        }

        await GiveBackAsync(session, lease);
        return Step.Next;
    }

    /// <summary>Gives a clean connection back, after what only it knows was read from it.</summary>
    public static async ValueTask GiveBackAsync(Session session, Lease lease)
    {
        // First what another statement would change.
        if ((lease.FoundRowsUnread && !await ReadFoundRowsAsync(session, lease)) || (lease.InsertIdUnread && !await ReadInsertIdAsync(session, lease)))
        {
            session.Discard("lost");
        }
        else
        {
            session.Release();
        }
    }

    // The OK packet's insert id is not always what LAST_INSERT_ID() says (an explicit value, ON DUPLICATE KEY UPDATE, CALL).
    private static async ValueTask<bool> ReadInsertIdAsync(Session session, Lease lease)
    {
        var value = await ReadAsync(lease.Connection, "SELECT LAST_INSERT_ID()");
        session.Record.LastInsertId = value ?? session.Record.LastInsertId;
        lease.InsertIdUnread = false;
        return value is not null;
    }

    private static async ValueTask<bool> ReadFoundRowsAsync(Session session, Lease lease)
    {
        var value = await ReadAsync(lease.Connection, "SELECT FOUND_ROWS()");
        session.Record.FoundRows = value ?? session.Record.FoundRows;
        lease.FoundRowsUnread = false;
        return value is not null;
    }

    private static async ValueTask<ulong?> ReadAsync(BackendConnection connection, string sql)
    {
        var result = await connection.QueryAsync(sql, CancellationToken.None);
        return result.Rows is [[{ } text]] ? ulong.Parse(text, CultureInfo.InvariantCulture) : null;
    }

    private static async ValueTask<Step> GiveUpAsync(Session session, PoolError error)
    {
        var replies = session.Lease!.Connection.Replies;
        var (canTell, sequence) = (replies.AtPacketBoundary && !session.IsStreaming, replies.NextClientSequence);
        var stateLost = (session.Pins & ~PinReasons.Soft) != 0;
        session.Lease!.End();
        await session.Lease.Connection.Kills.WhenQuietAsync();
        session.Discard(error == PoolError.BackendLost ? "lost" : "malformed");
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
