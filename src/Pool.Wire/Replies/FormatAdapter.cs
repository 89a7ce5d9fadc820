using Pool.Wire.Framing;
using Pool.Wire.Handshake;
using Pool.Wire.Primitives;

namespace Pool.Wire.Replies;

/// <summary>
/// Turns the replies of a connection with CLIENT_DEPRECATE_EOF and CLIENT_SESSION_TRACK into those that a client without one or
/// both reads: inserts the EOF after definitions, shortens the terminator to an EOF, leaves out session state, and counts the
/// sequence numbers on. Works in place, on packet heads; bodies are not touched. A mutable value; one reply at a time.
/// </summary>
public struct FormatAdapter
{
    /// <summary>The flags that describe the session, and so hold from one reply to the next.</summary>
    public const ServerStatus Lasting = ServerStatus.Autocommit | ServerStatus.InTransaction | ServerStatus.InReadOnlyTransaction
        | ServerStatus.NoBackslashEscapes | ServerStatus.AnsiQuotes;

    private const Capabilities Adapted = Capabilities.DeprecateEof | Capabilities.SessionTrack;

    private enum Due : byte
    {
        Nothing,
        EofBeforeNext,
        EofNow,
    }

    private Capabilities _from;
    private ServerStatus _status;
    private ResultsAhead _ahead;
    private Due _due;
    private ushort _warnings;
    private byte _lastSequence;
    private bool _preparing;
    private bool _insertsEof;
    private bool _dropsState;

    /// <summary>True if client and connection read the same bytes, and nothing needs to be done.</summary>
    public readonly bool IsPassThrough => !_insertsEof && !_dropsState;

    /// <summary>By how much the client's sequence numbers are ahead of the server's.</summary>
    public byte SequenceShift { readonly get; private set; }

    /// <summary>Starts with a new reply.</summary>
    /// <param name="connection">The connection's effective capabilities.</param>
    /// <param name="client">The client's.</param>
    /// <param name="status">The status flags that the connection last reported: an inserted EOF carries them.</param>
    /// <param name="ahead">What is known of the results: an inserted EOF tells that another follows.</param>
    public void Begin(Capabilities connection, Capabilities client, ServerStatus status, ResultsAhead ahead = default)
    {
        var missing = connection & ~client & Adapted;
        _from = connection;
        _status = status & Lasting;
        _ahead = ahead;
        _due = Due.Nothing;
        _warnings = 0;
        _preparing = false;
        _insertsEof = (missing & Capabilities.DeprecateEof) != 0;
        _dropsState = (missing & Capabilities.SessionTrack) != 0;
        SequenceShift = 0;
    }

    /// <summary>Tells what the results will be, once the text of the command is known.</summary>
    public void Expect(ResultsAhead ahead) => _ahead = ahead;

    /// <summary>
    /// Passes the packet that starts at the window's uninspected bytes, adapted. Answers how many of its bytes follow untouched;
    /// they are passed by the caller as they arrive, and <see cref="AfterPacket"/> is called when they have.
    /// </summary>
    /// <param name="window">The bytes; for OK, ERR and terminators the whole packet is there.</param>
    /// <param name="header">The packet's header.</param>
    /// <param name="kind">What the packet is.</param>
    /// <param name="summary">What the reply has said so far, this packet included.</param>
    public int Pass(ReplyWindow window, PacketHeader header, PacketKind kind, in ReplySummary summary)
    {
        if (_due == Due.EofBeforeNext)
        {
            CloseDefinitions(window, header, kind, summary.Status);
        }

        // The definitions of the next result of the reply are closed with the flags of this one.
        if (kind is PacketKind.Ok or PacketKind.Terminator)
        {
            _status = summary.Status & Lasting;
            _ahead = _ahead.After(kind);
        }

        switch (kind)
        {
            case PacketKind.PrepareOk:
                _preparing = true;
                _warnings = summary.Warnings;
                break;
            case PacketKind.LastColumn when _insertsEof:
                _due = _preparing ? Due.EofNow : Due.EofBeforeNext;
                break;
            case PacketKind.Terminator when _insertsEof:
                PassAsEof(window, header);
                return 0;
            case PacketKind.Ok when _dropsState:
            case PacketKind.Terminator when _dropsState && (_from & Capabilities.DeprecateEof) != 0:
                PassWithoutState(window, header);
                return 0;
        }

        Renumber(header).Write(window.Unscanned);
        return header.PacketLength;
    }

    /// <summary>Told when all bytes of a packet have passed, and before the next one is looked at.</summary>
    public void AfterPacket(ReplyWindow window, PacketHeader header)
    {
        _lastSequence = header.Sequence;
        if (_due == Due.EofNow && !header.Continues)
        {
            InsertEof(window, (byte)(_lastSequence + 1), ServerStatus.None);
        }
    }

    private void CloseDefinitions(ReplyWindow window, PacketHeader header, PacketKind kind, ServerStatus status)
    {
        switch (kind)
        {
            case PacketKind.Continuation:
                break;

            // A cursor's definitions are closed by its terminator, and by that alone, or by the error that there is in its place.
            case PacketKind.Terminator when _ahead.OpensCursor && (status & ServerStatus.CursorExists) != 0:
            case PacketKind.Err when _ahead.OpensCursor:
                _due = Due.Nothing;
                break;
            default:
                InsertEof(window, header.Sequence, kind == PacketKind.Terminator ? status & ServerStatus.OutParameters : ServerStatus.None);
                break;
        }
    }

    private void InsertEof(ReplyWindow window, byte sequence, ServerStatus extra)
    {
        Span<byte> packet = stackalloc byte[EofPacket.PacketLength];
        var more = _ahead.OneFollows ? ServerStatus.MoreResults : ServerStatus.None;
        EofPacket.Write(packet, (byte)(sequence + SequenceShift), _status | more | extra, _warnings);
        window.Insert(packet);
        SequenceShift++;
        _due = Due.Nothing;
    }

    private readonly PacketHeader Renumber(PacketHeader header) => header with { Sequence = (byte)(header.Sequence + SequenceShift) };

    private readonly void PassAsEof(ReplyWindow window, PacketHeader header)
    {
        _ = OkPacket.TryRead(window.Unscanned.Slice(PacketHeader.Size, header.PayloadLength), _from, out var ok);
        Span<byte> packet = stackalloc byte[EofPacket.PacketLength];
        EofPacket.Write(packet, Renumber(header).Sequence, ok.Status & ~ServerStatus.SessionStateChanged, ok.Warnings);
        window.Replace(header.PacketLength, packet);
    }

    private readonly void PassWithoutState(ReplyWindow window, PacketHeader header)
    {
        var packet = window.Unscanned[..header.PacketLength];
        _ = OkPacket.TryRead(packet[PacketHeader.Size..], _from, out var ok);

        // The shorter form is written over the longer one from the front. Its fields are read before they are overwritten;
        // only the text moves, to the left, and the copy allows for the overlap.
        var writer = new WireWriter(packet);
        writer.BeginPacket();
        OkPacket.Write(
            ref writer, packet[PacketHeader.Size], ok.AffectedRows, ok.LastInsertId, ok.Status & ~ServerStatus.SessionStateChanged, ok.Warnings, ok.Info);
        writer.EndPacket(Renumber(header).Sequence);
        window.Replace(header.PacketLength, writer.Written);
    }
}
