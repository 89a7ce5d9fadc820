using Pool.Actors.Errors;
using Pool.Actors.Relay;
using Pool.Actors.Settings;
using Pool.Wire.Framing;

namespace Pool.Actors.Sessions;

/// <summary>COM_RESET_CONNECTION and COM_CHANGE_USER: the session forgets its state.</summary>
internal static class SessionReset
{
    /// <summary>Serves COM_RESET_CONNECTION. The database and the multi-statements option stay, as the servers keep them.</summary>
    public static async ValueTask<Step> ResetAsync(Session session)
    {
        session.Inbox.Consume(session.Inbox.Header.PacketLength);
        await CleanAsync(session);
        var facts = session.Origin.Backend.Facts!;
        var collation = facts.ResetRestoresHandshakeCollation ? session.LoginCollationId : facts.Collations.DefaultId;
        CommandEnd.ChangeSettings(session, session.Settings with { CollationId = collation, IgnoreSpace = false, NoNullCollationIds = false });
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
        session.Record = new SessionRecord();
        if (session.Lease is { } lease)
        {
            await CleanAsync(session, lease);
            session.IdleStatus = session.FirstStatus;
        }
    }

    private static async ValueTask CleanAsync(Session session, Lease lease)
    {
        await lease.Connection.Kills.WhenQuietAsync();
        if ((session.Pins & PinReasons.MayKeepRole) != 0 || !await lease.Connection.ResetAsync())
        {
            session.Discard("reset-failed");
        }
        else
        {
            session.Release();
        }
    }
}
