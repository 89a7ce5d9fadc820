using Pool.Wire.Framing;
using Pool.Wire.Handshake;
using Pool.Wire.Primitives;

namespace Pool.Wire.Replies;

/// <summary>
/// An OK packet, also in its form as the end of a result set (header 0xFE). A view of the payload.
/// <see href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_ok_packet.html"/>
/// </summary>
public readonly ref struct OkPacket
{
    /// <summary>The first byte of an OK packet.</summary>
    public const byte Header = 0x00;

    /// <summary>The first byte of an OK packet that ends a result set.</summary>
    public const byte TerminatorHeader = 0xFE;

    private OkPacket(ulong affectedRows, ulong lastInsertId, ServerStatus status, ushort warnings, ReadOnlySpan<byte> info, ReadOnlySpan<byte> changes)
    {
        AffectedRows = affectedRows;
        LastInsertId = lastInsertId;
        Status = status;
        Warnings = warnings;
        Info = info;
        StateChanges = changes;
    }

    /// <summary>Changed, deleted or inserted rows; found ones under CLIENT_FOUND_ROWS.</summary>
    public ulong AffectedRows { get; }

    /// <summary>The first generated AUTO_INCREMENT value, 0 for none (not always what LAST_INSERT_ID() says).</summary>
    public ulong LastInsertId { get; }

    /// <summary>The status flags.</summary>
    public ServerStatus Status { get; }

    /// <summary>How many warnings the statement left.</summary>
    public ushort Warnings { get; }

    /// <summary>Text for people.</summary>
    public ReadOnlySpan<byte> Info { get; }

    /// <summary>The session state changes, to be read by <see cref="SessionTrack"/>; empty without <see cref="ServerStatus.SessionStateChanged"/>.</summary>
    public ReadOnlySpan<byte> StateChanges { get; }

    /// <summary>Reads a whole payload; <paramref name="capabilities"/> are the connection's effective ones.</summary>
    public static WireFault TryRead(ReadOnlySpan<byte> payload, Capabilities capabilities, out OkPacket packet)
    {
        var reader = new WireReader(payload);
        reader.Skip(1);
        var affected = reader.LengthEncoded();
        var insertId = reader.LengthEncoded();
        var status = (ServerStatus)reader.UInt16();
        var warnings = reader.UInt16();
        ReadOnlySpan<byte> info = default, changes = default;
        if (!reader.AtEnd)
        {
            info = reader.LengthEncodedBytes();
            var tracks = (capabilities & Capabilities.SessionTrack) != 0 && (status & ServerStatus.SessionStateChanged) != 0;
            changes = tracks && !reader.AtEnd ? reader.LengthEncodedBytes() : default;
        }

        packet = new OkPacket(affected, insertId, status, warnings, info, changes);
        return reader.Fault;
    }

    /// <summary>
    /// Writes a payload without session state. The text has a length before it whatever the peer's capabilities, as all servers
    /// write it (the documentation says otherwise for peers without session tracking); an empty one is left out.
    /// </summary>
    public static void Write(ref WireWriter writer, byte header, ulong affectedRows, ulong lastInsertId, ServerStatus status, ushort warnings, ReadOnlySpan<byte> info)
    {
        writer.Byte(header);
        writer.LengthEncoded(affectedRows);
        writer.LengthEncoded(lastInsertId);
        writer.UInt16((ushort)status);
        writer.UInt16(warnings);
        if (!info.IsEmpty)
        {
            writer.LengthEncodedBytes(info);
        }
    }

    /// <summary>A whole packet: OK, nothing affected, no text. Answers its length.</summary>
    public static int WriteSimple(Span<byte> buffer, byte sequence, ServerStatus status)
    {
        var writer = new WireWriter(buffer);
        writer.BeginPacket();
        Write(ref writer, Header, 0, 0, status, 0, default);
        writer.EndPacket(sequence);
        return writer.Position;
    }

    /// <summary>The length of the packet of <see cref="WriteSimple"/>.</summary>
    public const int SimpleLength = PacketHeader.Size + 7;
}
