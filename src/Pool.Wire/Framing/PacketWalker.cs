namespace Pool.Wire.Framing;

/// <summary>
/// Walks over a stream of packets as it passes, however it was split: says which bytes are heads and which are bodies, and where
/// a logical payload ends. Copies nothing. A mutable value.
/// </summary>
public struct PacketWalker
{
    private int _bodyLeft;
    private bool _continues;

    /// <summary>The header of the packet that the walker is in.</summary>
    public PacketHeader Header { readonly get; private set; }

    /// <summary>True if the packet that the walker is in carries on the payload of the one before.</summary>
    public bool IsContinuation { readonly get; private set; }

    /// <summary>True when all bytes of a logical payload have been walked over, and before the next header.</summary>
    public readonly bool AtPayloadEnd => _bodyLeft == 0 && !_continues;

    /// <summary>
    /// The length of the next run in <paramref name="bytes"/>: a header of which all four bytes are there, or as much of the
    /// body as is there. 0 when more bytes must come first.
    /// </summary>
    public int Next(ReadOnlySpan<byte> bytes, out bool isBody)
    {
        isBody = _bodyLeft > 0;
        if (isBody)
        {
            var run = Math.Min(_bodyLeft, bytes.Length);
            _bodyLeft -= run;
            return run;
        }

        if (bytes.Length < PacketHeader.Size)
        {
            return 0;
        }

        Header = PacketHeader.Read(bytes);
        _bodyLeft = Header.PayloadLength;
        IsContinuation = _continues;
        _continues = Header.Continues;
        return PacketHeader.Size;
    }
}
