using System.Buffers;
using System.Text;
using Pool.Wire.Framing;
using Pool.Wire.Handshake;
using Pool.Wire.Primitives;

namespace Pool.Wire.Replies;

/// <summary>
/// Writes a result set of the text protocol that the pool makes itself: columns, rows, and the ends as the client reads them. Not
/// thread-safe.
/// <see href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_text_resultset.html"/>
/// </summary>
/// <param name="client">The client's capabilities.</param>
/// <param name="status">The status flags.</param>
public sealed class ResultSetWriter(Capabilities client, ServerStatus status)
{
    private const byte Null = 0xFB;
    private const int MaxLengthBytes = 9;
    private readonly ArrayBufferWriter<byte> _packets = new(1024);
    private byte _sequence = 1;

    private bool EofIsDeprecated => (client & Capabilities.DeprecateEof) != 0;

    /// <summary>The payload of a row.</summary>
    public static byte[] RowPayload(ReadOnlySpan<string?> values)
    {
        var size = 0;
        foreach (var value in values)
        {
            size += MaxLengthBytes + (value is null ? 0 : Encoding.UTF8.GetByteCount(value));
        }

        var writer = new WireWriter(new byte[size]);
        foreach (var value in values)
        {
            if (value is null)
            {
                writer.Byte(Null);
            }
            else
            {
                writer.LengthEncodedBytes(Encoding.UTF8.GetBytes(value));
            }
        }

        return writer.Written.ToArray();
    }

    /// <summary>Writes the payloads of all column definitions; at least one, at most 250.</summary>
    public void Columns(IReadOnlyList<byte[]> definitions)
    {
        Packet([(byte)definitions.Count]);
        foreach (var definition in definitions)
        {
            Packet(definition);
        }

        if (!EofIsDeprecated)
        {
            Terminate(warnings: 0);
        }
    }

    /// <summary>Writes a row, whose payload is shorter than 16 MiB.</summary>
    public void Row(byte[] payload) => Packet(payload);

    /// <summary>Ends the result set, and answers all its packets.</summary>
    public ReadOnlyMemory<byte> End(ushort warnings)
    {
        Terminate(warnings);
        return _packets.WrittenMemory;
    }

    private void Terminate(ushort warnings)
    {
        if (!EofIsDeprecated)
        {
            EofPacket.Write(_packets.GetSpan(EofPacket.PacketLength), _sequence++, status, warnings);
            _packets.Advance(EofPacket.PacketLength);
            return;
        }

        var writer = new WireWriter(new byte[OkPacket.SimpleLength]);
        OkPacket.Write(ref writer, OkPacket.TerminatorHeader, 0, 0, status, warnings, default);
        Packet(writer.Written);
    }

    private void Packet(ReadOnlySpan<byte> payload)
    {
        var room = _packets.GetSpan(PacketHeader.Size + payload.Length);
        new PacketHeader(payload.Length, _sequence++).Write(room);
        payload.CopyTo(room[PacketHeader.Size..]);
        _packets.Advance(PacketHeader.Size + payload.Length);
    }
}
