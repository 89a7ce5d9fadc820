using Pool.Wire.Framing;
using Pool.Wire.Primitives;

namespace Pool.Wire.Replies;

/// <summary>
/// The EOF packet of connections without CLIENT_DEPRECATE_EOF.
/// <see href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_eof_packet.html"/>
/// </summary>
public static class EofPacket
{
    /// <summary>The first byte.</summary>
    public const byte Header = 0xFE;

    /// <summary>Bytes of the payload.</summary>
    public const int PayloadLength = 5;

    /// <summary>Bytes of the packet.</summary>
    public const int PacketLength = PacketHeader.Size + PayloadLength;

    /// <summary>Writes a whole packet into <paramref name="buffer"/>.</summary>
    public static void Write(Span<byte> buffer, byte sequence, ServerStatus status, ushort warnings)
    {
        var writer = new WireWriter(buffer);
        writer.BeginPacket();
        writer.Byte(Header);
        writer.UInt16(warnings);
        writer.UInt16((ushort)status);
        writer.EndPacket(sequence);
    }

    /// <summary>Reads a payload.</summary>
    public static WireFault TryRead(ReadOnlySpan<byte> payload, out ServerStatus status, out ushort warnings)
    {
        var reader = new WireReader(payload);
        reader.Skip(1);
        warnings = reader.UInt16();
        status = (ServerStatus)reader.UInt16();
        return reader.Fault;
    }
}
