using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Pool.Wire.Framing;

namespace Pool.Actors.Sessions;

/// <summary>
/// What a client has sent and the session has not yet dealt with. At rest it owns a few bytes, enough for a small command in one
/// receive; a full buffer is rented for as long as there is something in it that does not fit. A mutable value.
/// </summary>
internal struct Inbox()
{
    /// <summary>Bytes of the buffer at rest: most point selects and prepared executes fit.</summary>
    private const int RestBytes = 128;

    /// <summary>Bytes of the rented buffer. Larger commands stream through it.</summary>
    public const int FullBytes = 16 * 1024;

    private readonly byte[] _rest = new byte[RestBytes];
    private byte[]? _rented;
    private int _start;
    private int _end;

    /// <summary>True if a command can be dealt with: all of it is here, or it is too large to wait for.</summary>
    public readonly bool HasCommand =>
        Count > PacketHeader.Size
            ? IsLarge || Count >= Header.PacketLength
            : Count == PacketHeader.Size && Header.PayloadLength == 0;

    /// <summary>True if the next command does not fit, and must be streamed.</summary>
    public readonly bool IsLarge => Header.PacketLength > FullBytes;

    /// <summary>The header of the next packet; look at it when there are bytes enough.</summary>
    public readonly PacketHeader Header => PacketHeader.Read(Buffer.AsSpan(_start));

    /// <summary>The payload of the next command; when it is large, as much of it as is here.</summary>
    public readonly ReadOnlySpan<byte> Payload =>
        Buffer.AsSpan(_start + PacketHeader.Size, Math.Min(Header.PayloadLength, Count - PacketHeader.Size));

    /// <summary>The next command, header and payload.</summary>
    public readonly ReadOnlyMemory<byte> Command => Buffer.AsMemory(_start, Math.Min(Header.PacketLength, Count));

    /// <summary>All bytes here.</summary>
    public readonly Memory<byte> Bytes => Buffer.AsMemory(_start, Count);

    /// <summary>How many bytes are here.</summary>
    public readonly int Count => _end - _start;

    /// <summary>Room for the next receive, at least one byte.</summary>
    public Memory<byte> Free
    {
        get
        {
            if (Count == 0)
            {
                Rest();
            }
            else if (_rented is null && (Count >= PacketHeader.Size ? Header.PacketLength : RestBytes) + _start > RestBytes)
            {
                Grow();
            }
            else if (_end == Buffer.Length)
            {
                Buffer.AsSpan(_start, Count).CopyTo(Buffer);
                (_start, _end) = (0, Count);
            }

            return Buffer.AsMemory(_end);
        }
    }

    /// <summary>Room for the next receive in the middle of a large command, which passes through a full buffer.</summary>
    public Memory<byte> FreeWithin
    {
        get
        {
            if (_rented is null)
            {
                Grow();
            }
            else if (_end == _rented.Length)
            {
                _rented.AsSpan(_start, Count).CopyTo(_rented);
                (_start, _end) = (0, Count);
            }

            return _rented.AsMemory(_end);
        }
    }

    private readonly byte[] Buffer => _rented ?? _rest;

    /// <summary>Makes room for this many bytes of a large command at once, also where that is more than usually passes through.</summary>
    public void Reserve(int bytes)
    {
        if (Buffer.Length < bytes)
        {
            Grow(bytes);
        }
    }

    /// <summary>Takes note of bytes received into <see cref="Free"/>.</summary>
    public void Received(int count) => _end += count;

    /// <summary>Puts bytes in front that somebody else has received.</summary>
    public void Prime(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 0)
        {
            Grow();
            bytes.CopyTo(_rented);
            _end = bytes.Length;
        }
    }

    /// <summary>Forgets the first <paramref name="count"/> bytes.</summary>
    public void Consume(int count)
    {
        _start += count;
        if (Count == 0)
        {
            _start = _end = 0;
        }
    }

    /// <summary>Gives the rented buffer back. Only when nothing is here, or nothing here matters any more.</summary>
    public void Rest()
    {
        if (_rented is not null)
        {
            ArrayPool<byte>.Shared.Return(_rented);
            _rented = null;
        }

        _start = _end = 0;
    }

    [MemberNotNull(nameof(_rented))]
    private void Grow(int bytes = FullBytes)
    {
        var larger = ArrayPool<byte>.Shared.Rent(bytes);
        var count = Count;
        Buffer.AsSpan(_start, count).CopyTo(larger);
        Rest();
        (_rented, _end) = (larger, count);
    }
}
