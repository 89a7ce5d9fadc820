using System.Buffers;
using System.Text;
using Pool.Actors.Backends;
using Pool.Actors.Errors;
using Pool.Actors.Relay;
using Pool.Actors.Sessions.Login;
using Pool.Actors.Settings;
using Pool.Wire;
using Pool.Wire.Commands;
using Pool.Wire.Framing;
using Pool.Wire.Replies;
using Pool.Wire.Statements;

namespace Pool.Actors.Sessions;

/// <summary>
/// The database that a client names at its login: a direct server says at once if it does not exist. One that the account could
/// select a moment ago is trusted; any other is tried first, on a connection with settings that exist already, so that names which
/// clients make up take no fingerprint.
/// </summary>
internal static class LoginDatabase
{
    /// <summary>Brings the session into the client's database. Null, or the error packet for the client.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>?> CheckAsync(Session session, LoggedInClient client)
    {
        if (client.Database is not { } database || session.Database == database)
        {
            return null;
        }

        if (await LeaseSetup.AcquireAsync(session, CommandCode.InitDb, default) is { } refusal)
        {
            var packet = refusal.Packet.ToArray();
            (PacketHeader.Read(packet) with { Sequence = client.NextSequence }).Write(packet);
            return packet;
        }

        var connection = session.Lease!.Connection;
        var result = await SelectAsync(session, connection, database);
        if (!result.Succeeded)
        {
            return Refusal(session, client, result);
        }

        SettingsChange.InDatabase(session, database);
        if (session.Database != database)
        {
            session.ReleaseAsLeft();
            return LocalReply.Error(client.NextSequence, PoolError.TooManySettings, client.User, FingerprintTable.Capacity);
        }

        session.Origin.Backend.KnowDatabase(session.Origin.Class.Account, database);
        session.Release();
        return null;
    }

    // The server reads the name in the connection's character set, and it is UTF-8 here.
    private static async ValueTask<QueryResult> SelectAsync(Session session, BackendConnection connection, string database)
    {
        if (!Ascii.IsValid(database))
        {
            var unicode = connection.Settings.With("character_set_client", "utf8mb4");
            var painted = await LeaseSetup.PaintAsync(session, connection, unicode);
            if (!painted.Succeeded)
            {
                return painted;
            }
        }

        var command = new ArrayBufferWriter<byte>();
        CommandPackets.InitDb(command, database);
        return (await connection.RunAsync(command.WrittenMemory, ReplyShape.Acknowledgement))[0];
    }

    private static ReadOnlyMemory<byte> Refusal(Session session, LoggedInClient client, QueryResult result)
    {
        if (result.ErrorCode < 0)
        {
            session.Discard("lost");
            return LocalReply.Error(client.NextSequence, PoolError.BackendUnavailable, session.Origin.Backend.Name, result.ErrorText);
        }

        session.Release();
        var denied = ErrorCatalogue.Of(PoolError.DatabaseAccessDenied);
        return result.ErrorCode == denied.Code
            ? LocalReply.Error(client.NextSequence, PoolError.DatabaseAccessDenied, client.User, client.Address, client.Database)
            : LocalReply.Error(client.NextSequence, (ushort)result.ErrorCode, denied.SqlState, result.ErrorText!);
    }
}
