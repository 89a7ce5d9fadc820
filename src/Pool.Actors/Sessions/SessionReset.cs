using System.Buffers;
using Pool.Actors.Errors;
using Pool.Actors.Relay;
using Pool.Actors.Settings;
using Pool.Wire.Commands;
using Pool.Wire.Framing;
using Pool.Wire.Replies;

namespace Pool.Actors.Sessions;

/// <summary>COM_RESET_CONNECTION and COM_CHANGE_USER: the session forgets its state.</summary>
internal static class SessionReset
{
    /// <summary>Serves COM_RESET_CONNECTION. The database and the multi-statements option stay, as the servers keep them.</summary>
    public static async ValueTask<Step> ResetAsync(Session session)
    {
        session.Inbox.Consume(session.Inbox.Header.PacketLength);
        await CleanAsync(session);
        if (!SettingsChange.Want(session, AfterReset(session)))
        {
            return await LocalCommands.FailAndCloseAsync(session, PoolError.TooManySettings, 1, session.Origin.User, FingerprintTable.Capacity);
        }

        return await LocalCommands.SendAsync(session, LocalReply.Ok(1, session.IdleStatus));
    }

    /// <summary>Serves COM_CHANGE_USER: the same authentication as at the login, and perhaps another route.</summary>
    public static async ValueTask<Step> ChangeUserAsync(Session session)
    {
        if (session.Inbox.IsLarge)
        {
            return await LocalCommands.FailAndCloseAsync(session, PoolError.MalformedPacket, 1);
        }

        var command = session.Inbox.Command[PacketHeader.Size..].ToArray();
        var sequence = (byte)(session.Inbox.Header.Sequence + 1);
        session.Inbox.Consume(session.Inbox.Header.PacketLength);
        await CleanAsync(session);
        var leftover = session.Inbox.Bytes.ToArray();
        session.Inbox.Consume(leftover.Length);
        return await session.Services.Admission.ReadmitAsync(session, command, sequence, leftover) ? Step.Next : Step.Close;
    }

    // Done before the reply, since what the reset releases (locks, a transaction) may be what the client waits to see released.
    private static async ValueTask CleanAsync(Session session)
    {
        session.Record = new SessionRecord { FoundRows = session.Record.FoundRows };
        session.ForgetStatements();
        session.Diagnostics = null;
        session.Variables = null;
        if (session.Lease is { } lease)
        {
            await CleanAsync(session, lease);
        }
    }

    // The globals of now; the character set is the handshake's on some servers, and the server's own on others.
    private static SessionSettings AfterReset(Session session)
    {
        var (before, facts) = (session.Settings, session.Origin.Backend.Facts!);
        var fresh = new SessionSettings(session.Origin.Backend.Fingerprints.Latest!, before.Database, before.MultiStatements);
        return facts.ResetRestoresHandshakeCollation
            ? LoginSettings.WithCollation(fresh, facts, facts.Collations.IdOf(session.LoginCollation))
            : LoginSettings.WithIgnoreSpace(LoginSettings.WithServersCollation(fresh, facts), session.Capabilities);
    }

    private static async ValueTask CleanAsync(Session session, Lease lease)
    {
        var connection = lease.Connection;
        await connection.Kills.WhenQuietAsync();
        if (lease.FoundRowsUnread)
        {
            await OwnResults.ReadFoundRowsAsync(session, lease);
        }

        // A connection that nobody else may get is reset before it is closed: the server ends it some time after the reply. MariaDB's reset takes a
        // prepared XA transaction along.
        var isForNobody = (session.Pins & PinReasons.ForNobodyElse) != 0 || connection.Fingerprint == Fingerprint.None;
        if (isForNobody && (session.Pins & PinReasons.Xa) == 0)
        {
            var command = new ArrayBufferWriter<byte>();
            CommandPackets.ResetConnection(command);
            await connection.RunAsync(command.WrittenMemory, ReplyShape.Acknowledgement);
        }

        if (isForNobody || !await connection.ResetAsync())
        {
            session.Discard("reset-failed");
        }
        else
        {
            session.Release();
        }
    }
}
