using Pool.Wire.Primitives;

namespace Pool.Wire.Handshake;

/// <summary>
/// The 32 bytes that every handshake response begins with. Sent alone, with <see cref="Capabilities.Ssl"/> set, they ask for
/// TLS: the next byte on the stream is the TLS layer's.
/// <see href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_ssl_request.html"/>
/// </summary>
public readonly record struct SslRequest
{
    /// <summary>Bytes of the payload.</summary>
    public const int Length = 32;

    private const int ReservedLength = 19;

    /// <summary>What the client says it can do; it may name what nobody offered.</summary>
    public required Capabilities ClientFlags { get; init; }

    /// <summary>The largest packet that the client wants to send, in bytes.</summary>
    public uint MaxPacketBytes { get; init; }

    /// <summary>The connection's collation, low byte. MySQL 8 clients send 255, which MariaDB does not know.</summary>
    public byte CollationId { get; init; }

    /// <summary>
    /// Reads the first 32 bytes; more may follow. <see cref="WireFault.Unsupported"/>: a client from before the 4.1 protocol.
    /// </summary>
    public static WireFault TryRead(ReadOnlySpan<byte> payload, out SslRequest request)
    {
        request = default;
        var reader = new WireReader(payload);
        var flags = (Capabilities)reader.UInt16();
        if (reader.Fault == WireFault.None && !flags.HasFlag(Capabilities.Protocol41))
        {
            return WireFault.Unsupported;
        }

        flags |= (Capabilities)((ulong)reader.UInt16() << 16);
        var maxPacket = reader.UInt32();
        var collation = reader.Byte();
        reader.Skip(ReservedLength);
        var extended = reader.UInt32();
        if (reader.Fault != WireFault.None)
        {
            return reader.Fault;
        }

        request = new SslRequest
        {
            ClientFlags = flags.HasFlag(Capabilities.LongPassword) ? flags : flags | (Capabilities)((ulong)extended << 32),
            MaxPacketBytes = maxPacket,
            CollationId = collation,
        };
        return WireFault.None;
    }

    /// <summary>Writes the 32 bytes.</summary>
    public void Write(ref WireWriter writer)
    {
        writer.UInt32((uint)ClientFlags);
        writer.UInt32(MaxPacketBytes);
        writer.Byte(CollationId);
        writer.Zeros(ReservedLength);
        writer.UInt32(ClientFlags.HasFlag(Capabilities.LongPassword) ? 0 : (uint)((ulong)ClientFlags >> 32));
    }
}
