using System.Runtime.CompilerServices;

namespace Pool.Wire.Framing;

/// <summary>
/// The four bytes before every payload: its length in 3 bytes, little-endian, and a sequence number that counts
/// the packets of one exchange and wraps.
/// <see href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_packets.html"/>
/// </summary>
public readonly record struct PacketHeader(int PayloadLength, byte Sequence)
{
    /// <summary>Bytes of a header.</summary>
    public const int Size = 4;

    /// <summary>The largest payload of one packet. A packet of just this length is followed by another (perhaps empty) one.</summary>
    public const int MaxPayload = 0xFF_FFFF;

    /// <summary>True if the logical payload goes on in the next packet.</summary>
    public bool Continues => PayloadLength == MaxPayload;

    /// <summary>Header and payload together, in bytes.</summary>
    public int PacketLength => Size + PayloadLength;

    /// <summary>Reads a header from at least <see cref="Size"/> bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PacketHeader Read(ReadOnlySpan<byte> bytes)
    {
        var word = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        return new PacketHeader((int)(word & MaxPayload), (byte)(word >> 24));
    }

    /// <summary>Writes this header into at least <see cref="Size"/> bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(Span<byte> bytes) =>
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)PayloadLength | ((uint)Sequence << 24));
}
