using System.Buffers;
using Pool.Actors.Backends;
using Pool.Actors.Errors;
using Pool.Actors.Relay;
using Pool.Actors.Sessions;
using Pool.Wire.Commands;
using Pool.Wire.Framing;
using Pool.Wire.Statements;

namespace Pool.Actors.Prepared;

/// <summary>An execute, or a part of a parameter, that does not fit into the inbox: its head is changed there, the rest streams.</summary>
internal static class LargeStatement
{
    /// <summary>Receives until this much of the payload is there; false when the client has gone.</summary>
    public static async ValueTask<bool> ReceiveHeadAsync(Session session, int bytes)
    {
        session.Inbox.Reserve(PacketHeader.Size + bytes);
        while (session.Inbox.Count < PacketHeader.Size + bytes)
        {
            if (!await LargeCommand.ReceiveAsync(session))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Executes a statement: Reply, or Next or Close when it failed.</summary>
    public static async ValueTask<Step> RunAsync(Session session, CommandCode command, SessionStatement statement)
    {
        if (statement.Deferred is { } deferred)
        {
            statement.Deferred = null;
            session.Prepared!.NoteLongData(statement, false);
            await StatementEnd.UnpinAsync(session);
            return await RefuseAsync(session, new Refusal(deferred));
        }

        var facts = await StatementExecution.FactsAsync(session, statement);
        if (StatementExecution.FindExcess(session, command, facts.Traits) is { } excess)
        {
            var backend = session.Origin.Backend;
            return await LocalCommands.FailAsync(session, PoolError.PinLimitReached, backend.Name, backend.Limits.MaxPinned, excess);
        }

        // Nobody else binds types to a statement that is on one connection only: it has no need of the head, which can be of any size.
        var head = statement.Text is null ? 0 : Math.Min(ExecutePacket.HeadBytes(command, statement.ParameterCount), session.Inbox.Header.PayloadLength);
        if (!await ReceiveHeadAsync(session, head))
        {
            return Step.Close;
        }

        ParameterTypes.Note(statement, session.Inbox.Payload);
        var (refusal, here) = await StatementSetup.AcquireAsync(session, command, statement, facts);
        return refusal is { } reason ? await RefuseAsync(session, reason) : await SendAsync(session, command, statement, here!, facts);
    }

    /// <summary>Sends a command whose head is in the inbox: Reply, Finish, or Next or Close when it failed.</summary>
    public static async ValueTask<Step> SendAsync(Session session, CommandCode command, SessionStatement statement, ConnectionStatement here, StatementFacts facts)
    {
        var lease = session.Lease!;
        await SendClosesAsync(lease.Connection);
        PinTracking.Start(session, command, facts, statement.Text);
        lease.Begin(session, command, facts, session.Capabilities, session.Touch());
        StatementExecution.Redirect(session, lease, statement, here);
        session.IsStreaming = true;
        var walker = new PacketWalker();
        if (command == CommandCode.StmtSendLongData || !ParameterTypes.AreMissing(statement, here, session.Inbox.Payload, out var at))
        {
            return await LargeCommand.RelayAsync(session, command, walker, facts);
        }

        var (header, types) = (session.Inbox.Header, statement.Types!.Bytes.ToArray());
        if (header.PayloadLength + types.Length >= PacketHeader.MaxPayload)
        {
            await LargeCommand.AbandonAsync(session, "untyped");
            return await LocalCommands.FailAsync(session, PoolError.NotServed, "COM_STMT_EXECUTE of 16 MiB that leaves the parameters' types out");
        }

        var output = new ArrayBufferWriter<byte>(PacketHeader.Size + at + types.Length);
        new PacketHeader(header.PayloadLength + types.Length, header.Sequence).Write(output.GetSpan(PacketHeader.Size));
        output.Advance(PacketHeader.Size);
        ExecutePacket.WriteWithTypes(output, session.Inbox.Payload, at, types);
        walker.Next(session.Inbox.Bytes.Span, out _);
        walker.Next(session.Inbox.Bytes.Span.Slice(PacketHeader.Size, at), out _);
        session.Inbox.Consume(PacketHeader.Size + at);
        return await lease.Connection.SendAsync(output.WrittenMemory) ? await LargeCommand.RelayAsync(session, command, walker, facts) : Step.Lost;
    }

    /// <summary>Closes what the connection has given up, before a command that cannot be sent together with that. A loss shows when more is sent.</summary>
    public static async ValueTask SendClosesAsync(BackendConnection connection)
    {
        if (connection.Prepared is { Closes.IsEmpty: false } prepared)
        {
            var closes = prepared.Closes.ToArray();
            prepared.ClosesSent();
            await connection.SendAsync(closes);
        }
    }

    private static async ValueTask<Step> RefuseAsync(Session session, Refusal refusal) =>
        await LargeCommand.SkipAsync(session) is { } sequence ? await LocalCommands.RefuseAsync(session, refusal, sequence) : Step.Close;
}
