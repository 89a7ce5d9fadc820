using Pool.Actors.Backends;
using Pool.Actors.Errors;
using Pool.Actors.Relay;
using Pool.Actors.Settings;
using Pool.Wire.Commands;
using Pool.Wire.Framing;
using Pool.Wire.Handshake;
using Pool.Wire.Statements;

namespace Pool.Actors.Sessions;

/// <summary>The commands that a session answers by itself, and the errors that it gives.</summary>
internal static class LocalCommands
{
    /// <summary>Answers the command at the front of the inbox: Next or Close.</summary>
    public static async ValueTask<Step> AnswerAsync(Session session, CommandCode command)
    {
        if (session.Inbox.IsLarge && command is not (CommandCode.StmtSendLongData or CommandCode.ChangeUser))
        {
            return await FailAndCloseAsync(session, PoolError.MalformedPacket, 1);
        }

        switch (command)
        {
            case CommandCode.Quit:
                return Step.Close;
            case CommandCode.Ping:
                Consume(session);
                session.Record.NoteLocal(0);
                return await SendAsync(session, LocalReply.Ok(1, session.IdleStatus, PendingWarnings(session)));
            case CommandCode.SetOption:
                return await SetOptionAsync(session);
            case CommandCode.ResetConnection:
                return await SessionReset.ResetAsync(session);
            case CommandCode.ChangeUser:
                return await SessionReset.ChangeUserAsync(session);
            case CommandCode.ProcessKill:
                return session.Origin.Backend.Facts!.HasProcessKill
                    ? await ProcessKillAsync(session)
                    : await FailAsync(session, PoolError.UnknownCommand);
            default:
                // COM_STMT_CLOSE and COM_STMT_SEND_LONG_DATA for a statement that does not exist: no reply, no effect.
                return await LargeCommand.SkipAsync(session) is null ? Step.Close : Step.Next;
        }
    }

    /// <summary>Answers the command at the front of the inbox with an error of the pool's own.</summary>
    public static async ValueTask<Step> FailAsync(Session session, PoolError error, params object?[] arguments)
    {
        return await LargeCommand.SkipAsync(session) is { } sequence ? await SendErrorAsync(session, error, sequence, arguments) : Step.Close;
    }

    /// <summary>Tells the client why the command in the inbox was not sent to a connection, and is done with it: Next, or Close when the session cannot go on.</summary>
    public static ValueTask<Step> RefuseAsync(Session session, Refusal refusal)
    {
        session.Capture = null;
        session.Inbox.Consume(session.Inbox.Header.PacketLength);
        return RefuseAsync(session, refusal, 1);
    }

    /// <summary>Tells the client why its command was not sent to a connection: Next, or Close when the session cannot go on.</summary>
    public static async ValueTask<Step> RefuseAsync(Session session, Refusal refusal, byte sequence)
    {
        var packet = refusal.Packet.ToArray();
        (PacketHeader.Read(packet) with { Sequence = sequence }).Write(packet);
        var step = await SendAsync(session, packet);
        return refusal.EndsSession ? Step.Close : step;
    }

    /// <summary>Sends an error as the packet with this sequence number: Next, or Close when the client is gone.</summary>
    public static ValueTask<Step> SendErrorAsync(Session session, PoolError error, byte sequence, params object?[] arguments)
    {
        session.Services.Metrics.Errors[error.ToString()].Increment();
        SessionLog.NoteRefusal(session, error);
        return SendAsync(session, LocalReply.Error(sequence, error, arguments));
    }

    /// <summary>Sends an error, after which the session cannot go on.</summary>
    public static async ValueTask<Step> FailAndCloseAsync(Session session, PoolError error, byte sequence, params object?[] arguments)
    {
        await SendErrorAsync(session, error, sequence, arguments);
        return Step.Close;
    }

    /// <summary>Sends a packet of the session's own: Next, or Close when the client is gone.</summary>
    public static async ValueTask<Step> SendAsync(Session session, ReadOnlyMemory<byte> packet)
    {
        session.Touch();
        session.Services.Metrics.BytesToClients.Add(packet.Length);
        return await session.SendAsync(packet) ? Step.Next : Step.Close;
    }

    private static async ValueTask<Step> SetOptionAsync(Session session)
    {
        var payload = session.Inbox.Payload;
        if (payload[1] > 1)
        {
            return await FailAsync(session, PoolError.UnknownCommand);
        }

        var enabled = payload[1] == 0;
        Consume(session);
        if (!SettingsChange.WithMultiStatements(session, enabled))
        {
            return await SendErrorAsync(session, PoolError.TooManySettings, 1, session.Origin.User, FingerprintTable.Capacity);
        }

        session.Record.NoteLocal(-1);
        var deprecated = (session.Capabilities & Capabilities.DeprecateEof) != 0;
        return await SendAsync(session, LocalReply.Eof(1, session.IdleStatus, PendingWarnings(session), deprecated));
    }

    private static async ValueTask<Step> ProcessKillAsync(Session session)
    {
        var payload = session.Inbox.Payload;
        if (payload.Length < 5)
        {
            return await FailAndCloseAsync(session, PoolError.MalformedPacket, 1);
        }

        var target = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(payload[1..]);
        return await KillCommand.RunAsync(session, KillScope.Connection, target);
    }

    // MySQL tells with these commands how many warnings the last statement left, and MariaDB does not.
    private static ushort PendingWarnings(Session session) =>
        session.Origin.Backend.Facts!.Flavour == ServerFlavour.MySql ? (ushort)Math.Min(session.Diagnostics?.Count ?? 0, ushort.MaxValue) : (ushort)0;

    private static void Consume(Session session) => session.Inbox.Consume(session.Inbox.Header.PacketLength);
}
