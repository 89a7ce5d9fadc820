using System.Buffers.Binary;
using System.Text;
using Pool.Actors.Errors;
using Pool.Wire.Primitives;
using Pool.Wire.Replies;

namespace Pool.Actors.Sessions;

/// <summary>The packets that a session sends by itself.</summary>
internal static class LocalReply
{
    private const int MaxErrorTextBytes = 480;

    private static readonly byte[] s_plainOk = NewOk(1, ServerStatus.Autocommit);

    private const int OkWarningsAt = Wire.Framing.PacketHeader.Size + 5;

    /// <summary>An OK packet; the usual one is shared.</summary>
    public static ReadOnlyMemory<byte> Ok(byte sequence, ServerStatus status, ushort warnings = 0) =>
        sequence == 1 && status == ServerStatus.Autocommit && warnings == 0 ? s_plainOk : NewOk(sequence, status, warnings);

    /// <summary>The end of a reply to COM_SET_OPTION: an EOF, or an OK in its place.</summary>
    public static ReadOnlyMemory<byte> Eof(byte sequence, ServerStatus status, ushort warnings, bool deprecated)
    {
        if (!deprecated)
        {
            var eof = new byte[EofPacket.PacketLength];
            EofPacket.Write(eof, sequence, status, warnings);
            return eof;
        }

        var ok = NewOk(sequence, status, warnings);
        ok[Wire.Framing.PacketHeader.Size] = OkPacket.TerminatorHeader;
        return ok;
    }

    /// <summary>An ERR packet with an error of the pool's own.</summary>
    public static ReadOnlyMemory<byte> Error(byte sequence, PoolError error, params object?[] arguments)
    {
        var entry = ErrorCatalogue.Of(error);
        return Error(sequence, entry.Code, entry.SqlState, entry.Format(arguments));
    }

    /// <summary>An ERR packet with a server's error.</summary>
    public static ReadOnlyMemory<byte> Error(byte sequence, ushort code, string sqlState, string text)
    {
        var message = Encoding.UTF8.GetBytes(text);
        message = message.Length <= MaxErrorTextBytes ? message : message[..MaxErrorTextBytes];
        var writer = new WireWriter(new byte[32 + message.Length]);
        writer.BeginPacket();
        ErrPacket.Write(ref writer, code, Encoding.ASCII.GetBytes(sqlState), message);
        writer.EndPacket(sequence);
        return writer.Written.ToArray();
    }

    private static byte[] NewOk(byte sequence, ServerStatus status, ushort warnings = 0)
    {
        var packet = new byte[OkPacket.SimpleLength];
        OkPacket.WriteSimple(packet, sequence, status);
        BinaryPrimitives.WriteUInt16LittleEndian(packet.AsSpan(OkWarningsAt), warnings);
        return packet;
    }
}
