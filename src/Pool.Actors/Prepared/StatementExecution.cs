using System.Buffers;
using Pool.Actors.Backends;
using Pool.Actors.Errors;
using Pool.Actors.Relay;
using Pool.Actors.Sessions;
using Pool.Wire.Commands;
using Pool.Wire.Framing;
using Pool.Wire.Statements;

namespace Pool.Actors.Prepared;

/// <summary>Executes a session's prepared statement on whichever connection it gets, under the id that it has there.</summary>
internal static class StatementExecution
{
    /// <summary>The statement that COM_STMT_EXECUTE in the inbox is about; null if there is none, or the packet is too short to say.</summary>
    public static SessionStatement? Find(Session session, ReadOnlySpan<byte> payload) =>
        payload.Length >= ExecutePacket.MinBytes && session.Prepared is { } prepared
        && prepared.TryFind(ExecutePacket.StatementId(payload), StatementCommands.KnowsLast(session), out var found) ? found : null;

    /// <summary>
    /// True if the execute in the inbox can go to the leased connection at once, but for its statement's id. Allocates nothing.
    /// </summary>
    public static bool IsReady(Session session, Lease lease, SessionStatement statement, out ConnectionStatement? here)
    {
        here = null;
        var payload = session.Inbox.Payload;
        if (statement.Deferred is not null || ExecutePacket.AsksForCursor(payload)
            || lease.Connection.Prepared is not { } prepared || !prepared.Closes.IsEmpty || !prepared.TryFind(statement, out here))
        {
            return false;
        }

        ParameterTypes.Note(statement, payload);
        return !here.HadCursor && !ParameterTypes.WouldShow(statement, here) && !ParameterTypes.AreMissing(statement, here, payload, out _);
    }

    /// <summary>The command in hand is about this statement, which the server knows under its own id.</summary>
    public static void Redirect(Session session, Lease lease, SessionStatement statement, ConnectionStatement here)
    {
        (lease.Statement, lease.Here) = (statement, here);
        ExecutePacket.Redirect(session.Inbox.Bytes.Span[PacketHeader.Size..], here.Id);
    }

    /// <summary>Executes the statement: Send or Scan if a connection is to answer, else Next or Close.</summary>
    public static async ValueTask<Step> RunAsync(Session session, CommandCode command, SessionStatement statement)
    {
        if (statement.Deferred is { } deferred)
        {
            statement.Deferred = null;
            session.Prepared!.NoteLongData(statement, false);
            await StatementEnd.UnpinAsync(session);
            session.Inbox.Consume(session.Inbox.Header.PacketLength);
            return await LocalCommands.SendAsync(session, deferred);
        }

        var facts = await FactsAsync(session, statement);
        if (FindExcess(session, command, facts.Traits) is { } excess)
        {
            var backend = session.Origin.Backend;
            return await LocalCommands.FailAsync(session, PoolError.PinLimitReached, backend.Name, backend.Limits.MaxPinned, excess);
        }

        if (MayBeRemembered(session, command, statement)
            && await SettingsAnswers.TryAnswerAsync(session, command, facts, statement.Text) is { } answered)
        {
            return answered;
        }

        ParameterTypes.Note(statement, session.Inbox.Payload);
        for (var mayShareWrite = true; ; mayShareWrite = false)
        {
            var (refusal, here) = await StatementSetup.AcquireAsync(session, command, statement, facts, mayShareWrite);
            if (refusal is { } reason)
            {
                return await LocalCommands.RefuseAsync(session, reason);
            }

            Begin(session, command, statement, here!, facts);
            if (await SharedWrite.GoOnAsync(session) is { } step)
            {
                return step;
            }
        }
    }

    /// <summary>Readies a command in the inbox to be sent as one about a statement, with what the connection has to close before it.</summary>
    public static void Begin(Session session, CommandCode command, SessionStatement statement, ConnectionStatement here, StatementFacts facts)
    {
        var lease = session.Lease!;
        PinTracking.Start(session, command, facts, statement.Text);
        lease.Begin(session, command, facts, session.Capabilities, session.Touch());
        Redirect(session, lease, statement, here);
        session.Send(Packets(session, lease.Connection, statement, here), session.Inbox.Header.PacketLength);
    }

    /// <summary>What a statement is, with what is known of stored code once it was looked at what has changed.</summary>
    public static async ValueTask<StatementFacts> FactsAsync(Session session, SessionStatement statement)
    {
        var stored = StoredCodeRule.MustLook(session, statement.Facts) ? await StoredCodeRule.LookAsync(session) : session.Origin.Backend.StoredCode?.Current;
        return statement.FactsIn(session, stored);
    }

    /// <summary>The reason for a pin that is one too many; null if there is none.</summary>
    public static PinReasons? FindExcess(Session session, CommandCode command, StatementTraits traits)
    {
        var asksForCursor = ExecutePacket.AsksForCursor(session.Inbox.Payload);
        return CommandStart.ExceedsPins(session, command, traits) ? PinPolicy.Reasons(command, traits, shares: true)
            : asksForCursor && CommandStart.ExceedsPins(session, CommandCode.StmtFetch, traits) ? PinReasons.Cursor
            : null;
    }

    // The server reads the statement as it was prepared: only under the same key do the session's settings say what it does.
    private static bool MayBeRemembered(Session session, CommandCode command, SessionStatement statement) =>
        command == CommandCode.StmtExecute && statement is { ParameterCount: 0, Text: { } text } && text.Key.Equals(session.Carried.ParseKeyLike(text.Key))
        && !ExecutePacket.AsksForCursor(session.Inbox.Payload);

    // As they are in the inbox, unless something goes before or into them.
    private static ReadOnlyMemory<byte> Packets(Session session, BackendConnection connection, SessionStatement statement, ConnectionStatement here)
    {
        var command = session.Inbox.Command;
        var payload = command.Span[PacketHeader.Size..];
        var isExecute = payload[0] is (byte)CommandCode.StmtExecute or (byte)CommandCode.StmtBulkExecute;
        var at = 0;
        var lacksTypes = isExecute && ParameterTypes.AreMissing(statement, here, payload, out at);
        if (!lacksTypes && connection.Prepared!.Closes.IsEmpty)
        {
            return command;
        }

        var output = new ArrayBufferWriter<byte>(command.Length + connection.Prepared!.Closes.Length + (2 * statement.ParameterCount));
        output.Write(connection.Prepared.Closes);
        connection.Prepared.ClosesSent();
        if (lacksTypes)
        {
            var types = statement.Types!.Bytes;
            new PacketHeader(payload.Length + types.Length, 0).Write(output.GetSpan(PacketHeader.Size));
            output.Advance(PacketHeader.Size);
            ExecutePacket.WriteWithTypes(output, payload, at, types);
            output.Write(payload[at..]);
        }
        else
        {
            output.Write(command.Span);
        }

        return output.WrittenMemory;
    }
}
