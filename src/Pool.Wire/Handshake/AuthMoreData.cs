using Pool.Wire.Primitives;

namespace Pool.Wire.Handshake;

/// <summary>
/// A further step of an authentication method, from the server.
/// <see href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_auth_more_data.html"/>
/// </summary>
public readonly ref struct AuthMoreData
{
    /// <summary>The packet's first byte.</summary>
    public const byte Header = 0x01;

    /// <summary>What the method says.</summary>
    public required ReadOnlySpan<byte> Data { get; init; }

    /// <summary>Room that <see cref="Write"/> needs.</summary>
    public int MaxLength => 1 + Data.Length;

    /// <summary>Reads a payload.</summary>
    public static WireFault TryRead(ReadOnlySpan<byte> payload, out AuthMoreData more)
    {
        more = default;
        if (payload is not [Header, .. var data])
        {
            return payload.IsEmpty ? WireFault.Truncated : WireFault.Malformed;
        }

        more = new AuthMoreData { Data = data };
        return WireFault.None;
    }

    /// <summary>Writes the payload.</summary>
    public void Write(ref WireWriter writer)
    {
        writer.Byte(Header);
        writer.Bytes(Data);
    }
}
