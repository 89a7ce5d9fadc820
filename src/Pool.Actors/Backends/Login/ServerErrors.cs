using System.Text;
using Pool.Wire;
using Pool.Wire.Replies;

namespace Pool.Actors.Backends.Login;

/// <summary>What the errors mean with which a server refuses a connection.</summary>
internal static class ServerErrors
{
    private const int MaxTextBytes = 512;

    /// <summary>Reads an ERR packet.</summary>
    public static ConnectFailure Read(string host, ReadOnlySpan<byte> payload)
    {
        if (ErrPacket.TryRead(payload, out var error) != WireFault.None)
        {
            return new ConnectFailure(ConnectFailureKind.Protocol, $"{host}: malformed error packet");
        }

        var text = Encoding.UTF8.GetString(error.Message[..Math.Min(error.Message.Length, MaxTextBytes)]);
        var kind = error.SqlState.SequenceEqual("28000"u8) ? ConnectFailureKind.AccessDenied : KindOf(error.Code);
        return new ConnectFailure(kind, $"{host}: {text}", error.Code);
    }

    private static ConnectFailureKind KindOf(ushort code) => code switch
    {
        // Too many connections: of the server, of the user, of the user per hour.
        1040 or 1203 or 1226 => ConnectFailureKind.TooManyConnections,

        // Denied: user, database, blocked host, unknown host, must change password, expired, locked, unknown plugin, dropped.
        1045 or 1044 or 1129 or 1130 or 1820 or 1862 or 3118 or 1251 or 1524 or 4151 => ConnectFailureKind.AccessDenied,

        // Shutting down, and starting up behind a proxy.
        1053 or 2003 => ConnectFailureKind.Unreachable,
        _ => ConnectFailureKind.Protocol,
    };
}
