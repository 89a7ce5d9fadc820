using System.Buffers.Binary;
using Pool.Wire.Framing;
using Pool.Wire.Handshake;

namespace Pool.Wire.Replies;

/// <summary>
/// One connection's replies on their way through: received into the <see cref="Window"/>, followed by the tracker, adapted to
/// the client, and ready to be sent. Allocates nothing in the steady state. Belongs to one connection; not thread-safe.
/// </summary>
public sealed class ReplyReader
{
    private ReplyTracker _tracker;
    private FormatAdapter _adapter;
    private PacketHeader _packet;
    private int _bodyLeft;
    private byte _nextSequence;

    /// <summary>The bytes.</summary>
    public ReplyWindow Window { get; } = new();

    /// <summary>What the reply has said so far.</summary>
    public ReplySummary Summary => _tracker.Summary;

    /// <summary>The current database, if the reply changed it (empty for none); else null.</summary>
    public string? Schema => _tracker.Schema;

    /// <summary>The system variables that the reply reported, each with its new value; empty usually.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Variables => _tracker.Variables;

    /// <summary>The number of the last transaction that the reply reported; none usually.</summary>
    public Gtid LastGtid => _tracker.LastGtid;

    /// <summary>True between payloads: an ERR of the pool's own can end the reply here.</summary>
    public bool AtPacketBoundary => _bodyLeft == 0 && !_tracker.IsInPayload;

    /// <summary>The sequence number of the next packet as the client counts.</summary>
    public byte NextClientSequence => (byte)(_nextSequence + _adapter.SequenceShift);

    /// <summary>By how much the client's sequence numbers are ahead of the server's.</summary>
    public byte SequenceShift => _adapter.SequenceShift;

    /// <summary>The id that the client is told of the statement that the command in hand prepares; null: the server's.</summary>
    public uint? StatementId { get; set; }

    /// <summary>
    /// Starts with the reply to a new command, whose last packet had the sequence number before <paramref name="sequence"/>; of its results
    /// <paramref name="ahead"/> is known.
    /// </summary>
    public void Begin(
        ReplyShape shape, Capabilities connection, Capabilities client, ServerStatus status, byte sequence = 1, ResultsAhead ahead = default)
    {
        _tracker.Begin(shape, connection, ahead.OpensCursor);
        _adapter.Begin(connection, client, status, ahead);
        _bodyLeft = 0;
        _nextSequence = sequence;
        StatementId = null;
    }

    /// <summary>Corrects where the reply's sequence numbers start, and what its results will be, once the whole command is known.</summary>
    public void Expect(byte sequence, ResultsAhead ahead)
    {
        _nextSequence = sequence;
        _adapter.Expect(ahead);
    }

    /// <summary>Tells that the client's LOAD DATA LOCAL bytes have been sent; the last packet had the sequence number before <paramref name="sequence"/>.</summary>
    public void ClientDataSent(byte sequence)
    {
        _tracker.ClientDataSent();
        _nextSequence = sequence;
    }

    /// <summary>
    /// Inspects what has been received. What is ready in the window can be sent afterwards, whatever the answer. Bytes left in
    /// the window after the end of the reply were not asked for: the connection must not be used again.
    /// </summary>
    public ReplyProgress Scan()
    {
        while (true)
        {
            if (_bodyLeft > 0 && !PassBody())
            {
                return ReplyProgress.NeedMore;
            }

            if (_tracker.IsDone)
            {
                return ReplyProgress.Done;
            }

            if (_tracker.AwaitsClientData)
            {
                return ReplyProgress.ClientMustSend;
            }

            var bytes = Window.Unscanned;
            if (bytes.Length < PacketHeader.Size)
            {
                return ReplyProgress.NeedMore;
            }

            var header = PacketHeader.Read(bytes);
            var kind = header.Sequence != _nextSequence
                ? PacketKind.Fault
                : _tracker.Accept(header, bytes[PacketHeader.Size..Math.Min(bytes.Length, header.PacketLength)]);
            switch (kind)
            {
                case PacketKind.Fault:
                    return ReplyProgress.Fault;
                case PacketKind.NeedMore:
                    // Without a byte of the payload it is not known yet whether the packet must be read whole.
                    var needed = bytes.Length == PacketHeader.Size ? PacketHeader.Size + 1 : header.PacketLength;
                    return Window.TryReserve(needed) ? ReplyProgress.NeedMore : ReplyProgress.Fault;
            }

            Enter(header, kind);
        }
    }

    private void Enter(PacketHeader header, PacketKind kind)
    {
        _packet = header;
        _nextSequence = (byte)(header.Sequence + 1);
        if (kind == PacketKind.PrepareOk && StatementId is { } id)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(Window.Unscanned[(PacketHeader.Size + 1)..], id);
        }

        _bodyLeft = _adapter.IsPassThrough ? header.PacketLength : _adapter.Pass(Window, header, kind, _tracker.Summary);
        if (_bodyLeft == 0)
        {
            _adapter.AfterPacket(Window, header);
        }
    }

    private bool PassBody()
    {
        var passed = Math.Min(_bodyLeft, Window.Unscanned.Length);
        Window.Pass(passed);
        _bodyLeft -= passed;
        if (_bodyLeft > 0)
        {
            return false;
        }

        _adapter.AfterPacket(Window, _packet);
        return true;
    }
}
