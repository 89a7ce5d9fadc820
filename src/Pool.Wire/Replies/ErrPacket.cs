using Pool.Wire.Primitives;

namespace Pool.Wire.Replies;

/// <summary>
/// An ERR packet. A view of the payload.
/// <see href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_err_packet.html"/>
/// </summary>
public readonly ref struct ErrPacket
{
    /// <summary>The first byte of an ERR packet.</summary>
    public const byte Header = 0xFF;

    private const int SqlStateLength = 5;

    private ErrPacket(ushort code, ReadOnlySpan<byte> sqlState, ReadOnlySpan<byte> message)
    {
        Code = code;
        SqlState = sqlState;
        Message = message;
    }

    /// <summary>The server's errno.</summary>
    public ushort Code { get; }

    /// <summary>Five characters; empty where the server left them out (before it knows the client's capabilities).</summary>
    public ReadOnlySpan<byte> SqlState { get; }

    /// <summary>The server's words.</summary>
    public ReadOnlySpan<byte> Message { get; }

    /// <summary>Reads a whole payload.</summary>
    public static WireFault TryRead(ReadOnlySpan<byte> payload, out ErrPacket packet)
    {
        var reader = new WireReader(payload);
        reader.Skip(1);
        var code = reader.UInt16();
        ReadOnlySpan<byte> state = default;
        if (reader.Peek() == (byte)'#')
        {
            reader.Skip(1);
            state = reader.Take(SqlStateLength);
        }

        packet = new ErrPacket(code, state, reader.Rest());
        return reader.Fault;
    }

    /// <summary>Writes a payload.</summary>
    public static void Write(ref WireWriter writer, ushort code, ReadOnlySpan<byte> sqlState, ReadOnlySpan<byte> message)
    {
        writer.Byte(Header);
        writer.UInt16(code);
        writer.Byte((byte)'#');
        writer.Bytes(sqlState);
        writer.Bytes(message);
    }
}
