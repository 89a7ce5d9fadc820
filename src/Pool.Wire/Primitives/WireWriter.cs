using System.Buffers.Binary;
using Pool.Wire.Framing;

namespace Pool.Wire.Primitives;

/// <summary>
/// Writes fields into a caller's buffer. The caller gives room for what it writes (<see cref="ArgumentException"/> from the
/// span otherwise: a bug, not an input error). Packets are opened with <see cref="BeginPacket"/> and closed with
/// <see cref="EndPacket"/>, which fills the length in.
/// </summary>
public ref struct WireWriter
{
    private readonly Span<byte> _buffer;
    private int _packetStart;

    /// <summary>Starts at the first byte of <paramref name="buffer"/>.</summary>
    public WireWriter(Span<byte> buffer) => _buffer = buffer;

    /// <summary>Bytes written.</summary>
    public int Position { get; private set; }

    /// <summary>What was written.</summary>
    public readonly ReadOnlySpan<byte> Written => _buffer[..Position];

    /// <summary>Bytes that still fit.</summary>
    public readonly int Free => _buffer.Length - Position;

    /// <summary>Leaves room for a header; the payload follows.</summary>
    public void BeginPacket()
    {
        _packetStart = Position;
        Position += PacketHeader.Size;
    }

    /// <summary>Writes the header of the packet that <see cref="BeginPacket"/> opened.</summary>
    public readonly void EndPacket(byte sequence) =>
        new PacketHeader(Position - _packetStart - PacketHeader.Size, sequence).Write(_buffer[_packetStart..]);

    /// <summary>A 1-byte integer.</summary>
    public void Byte(byte value) => _buffer[Position++] = value;

    /// <summary>A 2-byte integer.</summary>
    public void UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer[Position..], value);
        Position += 2;
    }

    /// <summary>A 3-byte integer.</summary>
    public void UInt24(int value)
    {
        UInt16((ushort)value);
        Byte((byte)(value >> 16));
    }

    /// <summary>A 4-byte integer.</summary>
    public void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer[Position..], value);
        Position += 4;
    }

    /// <summary>An 8-byte integer.</summary>
    public void UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer[Position..], value);
        Position += 8;
    }

    /// <summary>A length-encoded integer in its shortest form.</summary>
    public void LengthEncoded(ulong value)
    {
        switch (value)
        {
            case < 0xFB:
                Byte((byte)value);
                break;
            case <= ushort.MaxValue:
                Byte(0xFC);
                UInt16((ushort)value);
                break;
            case <= 0xFF_FFFF:
                Byte(0xFD);
                UInt24((int)value);
                break;
            default:
                Byte(0xFE);
                UInt64(value);
                break;
        }
    }

    /// <summary>Bytes as they are.</summary>
    public void Bytes(ReadOnlySpan<byte> value)
    {
        value.CopyTo(_buffer[Position..]);
        Position += value.Length;
    }

    /// <summary><paramref name="count"/> zero bytes.</summary>
    public void Zeros(int count)
    {
        _buffer.Slice(Position, count).Clear();
        Position += count;
    }

    /// <summary>A length-encoded string.</summary>
    public void LengthEncodedBytes(ReadOnlySpan<byte> value)
    {
        LengthEncoded((ulong)value.Length);
        Bytes(value);
    }

    /// <summary>A string with its terminating NUL.</summary>
    public void NulTerminated(ReadOnlySpan<byte> value)
    {
        Bytes(value);
        Byte(0);
    }
}
