namespace Pool.Wire.Replies;

/// <summary>
/// The fixed buffer through which a backend's bytes pass: received at its end, inspected and perhaps changed in place, and sent
/// from its start. Only a packet that must be read whole and is larger than the buffer makes it grow, up to
/// <see cref="MaxBytes"/>, until it has passed. Belongs to one connection; not thread-safe.
/// </summary>
public sealed class ReplyWindow
{
    /// <summary>Bytes of the buffer: a large read for small replies, and small enough for back-pressure on large ones.</summary>
    public const int NormalBytes = Headroom + (16 * 1024);

    /// <summary>The largest packet that may have to be read whole (an OK packet with very long session state).</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>Room in front of what is received, so that packets can be inserted by moving the few bytes before them.</summary>
    private const int Headroom = 64;

    private readonly byte[] _normal = GC.AllocateUninitializedArray<byte>(NormalBytes);
    private byte[] _bytes;
    private int _end = Headroom;
    private int _reserved;

    /// <summary>An empty window.</summary>
    public ReplyWindow() => _bytes = _normal;

    /// <summary>Where what has not been sent starts.</summary>
    public int Start { get; private set; } = Headroom;

    /// <summary>Where what has not been inspected starts; what is before it may be sent.</summary>
    public int Scanned { get; private set; } = Headroom;

    /// <summary>What may be sent now.</summary>
    public ReadOnlyMemory<byte> Ready => _bytes.AsMemory(Start, Scanned - Start);

    /// <summary>What has been received and not inspected.</summary>
    public Span<byte> Unscanned => _bytes.AsSpan(Scanned, _end - Scanned);

    /// <summary>True if received bytes wait for inspection.</summary>
    public bool HasUnscanned => _end > Scanned;

    /// <summary>Room for the next receive: at least one byte.</summary>
    public Memory<byte> Free
    {
        get
        {
            if (Start == _end)
            {
                _bytes = _normal;
                Start = Scanned = _end = Headroom;
            }
            else if ((_bytes != _normal && Fits) || (_end == _bytes.Length && Start > Headroom))
            {
                MoveTo(Fits ? _normal : _bytes, Headroom);
            }

            return _bytes.AsMemory(_end);
        }
    }

    // Whether what is here, and the packet that is waited for whole, have room in the normal buffer, with half of it to spare.
    private bool Fits => Math.Max(_end, Scanned + _reserved) - Start <= NormalBytes / 2;

    /// <summary>Takes note of bytes received into <see cref="Free"/>.</summary>
    public void Received(int count) => _end += count;

    /// <summary>Takes note that what was ready has been sent (or is not wanted).</summary>
    public void Sent() => Start = Scanned;

    /// <summary>Passes inspected bytes.</summary>
    public void Pass(int count)
    {
        Scanned += count;
        _reserved = 0;
    }

    /// <summary>Inserts bytes before what has not been inspected, as inspected ones.</summary>
    public void Insert(ReadOnlySpan<byte> packet)
    {
        if (Start < packet.Length)
        {
            MoveTo(new byte[_bytes.Length * 2], _bytes.Length / 2);
        }

        _bytes.AsSpan(Start, Scanned - Start).CopyTo(_bytes.AsSpan(Start - packet.Length));
        Start -= packet.Length;
        packet.CopyTo(_bytes.AsSpan(Scanned - packet.Length));
    }

    /// <summary>Replaces the next <paramref name="length"/> bytes, not inspected yet, by fewer or as many others, and passes them.</summary>
    public void Replace(int length, ReadOnlySpan<byte> packet)
    {
        packet.CopyTo(_bytes.AsSpan(Scanned));
        if (packet.Length < length)
        {
            _bytes.AsSpan(Scanned + length, _end - Scanned - length).CopyTo(_bytes.AsSpan(Scanned + packet.Length));
            _end -= length - packet.Length;
        }

        Pass(packet.Length);
    }

    /// <summary>Makes room for a packet of this many bytes to be received whole; false if it is too large.</summary>
    public bool TryReserve(int packetLength)
    {
        if (packetLength > MaxBytes)
        {
            return false;
        }

        _reserved = packetLength;

        // What is ready stays in front: it has not been sent yet.
        if (Scanned + packetLength > _bytes.Length)
        {
            MoveTo(packetLength + (Scanned - Start) + Headroom <= _bytes.Length ? _bytes : new byte[Headroom + (Scanned - Start) + packetLength], Headroom);
        }

        return true;
    }

    private void MoveTo(byte[] target, int start)
    {
        _bytes.AsSpan(Start, _end - Start).CopyTo(target.AsSpan(start));
        var shift = start - Start;
        Start += shift;
        Scanned += shift;
        _end += shift;
        _bytes = target;
    }
}
