using System.Buffers.Binary;

namespace Pool.Wire.Primitives;

/// <summary>
/// A checked cursor over one payload. A read past the end, or of an impossible length, sets <see cref="Fault"/> (the first
/// one stays) and answers a default, so that a parser reads straight through and looks at the fault once.
/// </summary>
public ref struct WireReader
{
    private const byte Null = 0xFB;
    private readonly ReadOnlySpan<byte> _bytes;

    /// <summary>Starts at the first byte of <paramref name="payload"/>.</summary>
    public WireReader(ReadOnlySpan<byte> payload) => _bytes = payload;

    /// <summary>What went wrong first, or <see cref="WireFault.None"/>.</summary>
    public WireFault Fault { get; private set; }

    /// <summary>Bytes consumed so far.</summary>
    public int Position { get; private set; }

    /// <summary>Bytes left.</summary>
    public readonly int Remaining => _bytes.Length - Position;

    /// <summary>True when nothing is left.</summary>
    public readonly bool AtEnd => Position == _bytes.Length;

    /// <summary>A 1-byte integer.</summary>
    public byte Byte() => Take(1) is [var b] ? b : (byte)0;

    /// <summary>The next byte without consuming it; 0 and no fault at the end.</summary>
    public readonly byte Peek() => AtEnd ? (byte)0 : _bytes[Position];

    /// <summary>A 2-byte integer, little-endian as all of them.</summary>
    public ushort UInt16() => Take(2) is { Length: 2 } s ? BinaryPrimitives.ReadUInt16LittleEndian(s) : (ushort)0;

    /// <summary>A 3-byte integer.</summary>
    public int UInt24() => Take(3) is [var a, var b, var c] ? a | (b << 8) | (c << 16) : 0;

    /// <summary>A 4-byte integer.</summary>
    public uint UInt32() => Take(4) is { Length: 4 } s ? BinaryPrimitives.ReadUInt32LittleEndian(s) : 0;

    /// <summary>An 8-byte integer.</summary>
    public ulong UInt64() => Take(8) is { Length: 8 } s ? BinaryPrimitives.ReadUInt64LittleEndian(s) : 0;

    /// <summary>
    /// A length-encoded integer. 0xFB (NULL) and 0xFF (an error packet) are no lengths and set <see cref="WireFault.BadLength"/>.
    /// </summary>
    public ulong LengthEncoded()
    {
        var first = Byte();
        switch (first)
        {
            case < 0xFB: return first;
            case 0xFC: return UInt16();
            case 0xFD: return (ulong)UInt24();
            case 0xFE: return UInt64();
            default:
                Fail(WireFault.BadLength);
                return 0;
        }
    }

    /// <summary>A length-encoded string, as a view of the payload.</summary>
    public ReadOnlySpan<byte> LengthEncodedBytes()
    {
        var length = LengthEncoded();
        if (length <= (ulong)Remaining)
        {
            return Take((int)length);
        }

        Fail(WireFault.Truncated);
        return default;
    }

    /// <summary>A value of a text row, as a view of the payload; false if it is NULL.</summary>
    public bool TryValue(out ReadOnlySpan<byte> value)
    {
        if (Peek() == Null)
        {
            Skip(1);
            value = default;
            return false;
        }

        value = LengthEncodedBytes();
        return true;
    }

    /// <summary>The bytes up to the next NUL, which is consumed too and not part of the answer.</summary>
    public ReadOnlySpan<byte> NulTerminated()
    {
        var length = _bytes[Position..].IndexOf((byte)0);
        if (length < 0)
        {
            Fail(WireFault.Truncated);
            return default;
        }

        var value = Take(length);
        Position++;
        return value;
    }

    /// <summary>All that is left.</summary>
    public ReadOnlySpan<byte> Rest() => Take(Remaining);

    /// <summary>Exactly <paramref name="count"/> bytes, or none and a fault.</summary>
    public ReadOnlySpan<byte> Take(int count)
    {
        if (Fault != WireFault.None || (uint)count > (uint)Remaining)
        {
            Fail(count < 0 ? WireFault.BadLength : WireFault.Truncated);
            return default;
        }

        var taken = _bytes.Slice(Position, count);
        Position += count;
        return taken;
    }

    /// <summary>Passes over <paramref name="count"/> bytes.</summary>
    public void Skip(int count) => Take(count);

    /// <summary>Records a fault that the caller found; the first one stays, and nothing more can be read.</summary>
    public void Fail(WireFault fault)
    {
        if (Fault == WireFault.None)
        {
            Fault = fault;
            Position = _bytes.Length;
        }
    }
}
