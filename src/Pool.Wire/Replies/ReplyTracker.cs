using Pool.Wire.Framing;
using Pool.Wire.Handshake;

namespace Pool.Wire.Replies;

/// <summary>
/// Follows a reply packet by packet, from the packets' heads alone, and knows where it ends and what it said. A mutable value
/// without allocations; one reply at a time.
/// </summary>
public struct ReplyTracker
{
    private enum State : byte
    {
        Done,
        ResultStart,
        Acknowledgement,
        Prepare,
        Definitions,
        DefinitionsEnd,
        Rows,
        FieldList,
        Text,
        InfileData,
    }

    private ReplyContents _contents;
    private State _state;
    private bool _continues;
    private bool _preparing;
    private bool _opensCursor;
    private int _definitionsLeft;
    private int _secondDefinitions;

    /// <summary>True when the reply has ended.</summary>
    public readonly bool IsDone => _state == State.Done && !_continues;

    /// <summary>True when the server waits for the client's LOAD DATA LOCAL bytes.</summary>
    public readonly bool AwaitsClientData => _state == State.InfileData;

    /// <summary>True if the next packet carries on the payload of the one before.</summary>
    public readonly bool IsInPayload => _continues;

    /// <summary>What the reply has said so far.</summary>
    public readonly ReplySummary Summary => _contents.Summary;

    /// <summary>The current database, if the reply changed it (empty for none); else null.</summary>
    public readonly string? Schema => _contents.Schema;

    /// <summary>The system variables that the reply reported, each with its new value; empty usually.</summary>
    public readonly IReadOnlyList<KeyValuePair<string, string>> Variables => _contents.Variables;

    /// <summary>The number of the last transaction that the reply reported; none usually.</summary>
    public readonly Gtid LastGtid => _contents.LastGtid;

    /// <summary>
    /// Starts with a new reply. <paramref name="capabilities"/> are the connection's effective ones; <paramref name="opensCursor"/> is
    /// <see cref="ResultsAhead.OpensCursor"/>.
    /// </summary>
    public void Begin(ReplyShape shape, Capabilities capabilities, bool opensCursor = false)
    {
        _contents = new ReplyContents(capabilities);
        _continues = false;
        _preparing = false;
        _opensCursor = opensCursor;
        _definitionsLeft = 0;
        _secondDefinitions = 0;
        _state = shape switch
        {
            ReplyShape.Acknowledgement => State.Acknowledgement,
            ReplyShape.Results => State.ResultStart,
            ReplyShape.Prepare => State.Prepare,
            ReplyShape.Rows => State.Rows,
            ReplyShape.Columns => State.FieldList,
            ReplyShape.Text => State.Text,
            _ => State.Done,
        };
    }

    /// <summary>Tells that the client has sent all its LOAD DATA LOCAL bytes; the server's verdict follows.</summary>
    public void ClientDataSent() => _state = State.ResultStart;

    /// <summary>
    /// Takes the next packet. <paramref name="payload"/> is as much of it as has been received; if that is not enough to tell,
    /// the answer is <see cref="PacketKind.NeedMore"/> and nothing has changed.
    /// </summary>
    public PacketKind Accept(PacketHeader header, ReadOnlySpan<byte> payload)
    {
        if (_continues)
        {
            _continues = header.Continues;
            return PacketKind.Continuation;
        }

        if (payload.IsEmpty && header.PayloadLength > 0)
        {
            return PacketKind.NeedMore;
        }

        var kind = _state switch
        {
            State.Rows => AcceptRow(header, payload),
            State.Definitions => AcceptDefinition(),
            State.ResultStart => AcceptResultStart(header, payload),
            State.Acknowledgement => AcceptAcknowledgement(header, payload),
            State.DefinitionsEnd => AcceptDefinitionsEnd(header, payload),
            State.Prepare => AcceptPrepare(header, payload),
            State.FieldList => AcceptFieldList(header, payload),
            State.Text => AcceptText(header, payload),
            _ => PacketKind.Fault,
        };

        if (kind is PacketKind.Row or PacketKind.Column or PacketKind.LastColumn or PacketKind.Text)
        {
            _continues = header.Continues;
        }

        return kind;
    }

    private PacketKind AcceptRow(PacketHeader header, ReadOnlySpan<byte> payload)
    {
        if (header.PayloadLength == 0)
        {
            return PacketKind.Fault;
        }

        // A row that starts with 0xFE has a first value of 16 MiB or more, and so a packet of the maximal length.
        switch (payload[0])
        {
            case OkPacket.TerminatorHeader when !header.Continues:
                return AcceptTerminator(header, payload);
            case ErrPacket.Header:
                return AcceptErr(header, payload);
            default:
                _contents.CountRow();
                return PacketKind.Row;
        }
    }

    private PacketKind AcceptTerminator(PacketHeader header, ReadOnlySpan<byte> payload)
    {
        if (payload.Length < header.PayloadLength)
        {
            return PacketKind.NeedMore;
        }

        if (!(_contents.DeprecateEof ? _contents.TryReadOk(payload) : _contents.TryReadEof(payload)))
        {
            return PacketKind.Fault;
        }

        EndResult();
        return PacketKind.Terminator;
    }

    private PacketKind AcceptErr(PacketHeader header, ReadOnlySpan<byte> payload)
    {
        if (payload.Length < header.PayloadLength)
        {
            return PacketKind.NeedMore;
        }

        if (!_contents.TryReadErr(payload))
        {
            return PacketKind.Fault;
        }

        _state = State.Done;
        return PacketKind.Err;
    }

    private PacketKind AcceptOk(PacketHeader header, ReadOnlySpan<byte> payload)
    {
        if (payload.Length < header.PayloadLength)
        {
            return PacketKind.NeedMore;
        }

        if (!_contents.TryReadOk(payload))
        {
            return PacketKind.Fault;
        }

        _contents.NoteNoRows();
        EndResult();
        return PacketKind.Ok;
    }

    private PacketKind AcceptResultStart(PacketHeader header, ReadOnlySpan<byte> payload)
    {
        if (header.PayloadLength == 0)
        {
            return PacketKind.Fault;
        }

        switch (payload[0])
        {
            case OkPacket.Header:
                return AcceptOk(header, payload);
            case ErrPacket.Header:
                return AcceptErr(header, payload);
            case 0xFB:
                _state = State.InfileData;
                return PacketKind.InfileRequest;
        }

        if (payload.Length < header.PayloadLength)
        {
            return PacketKind.NeedMore;
        }

        if (!_contents.TryReadColumnCount(payload, out _definitionsLeft))
        {
            return PacketKind.Fault;
        }

        NextDefinitions(State.Rows);
        return PacketKind.ColumnCount;
    }

    private PacketKind AcceptAcknowledgement(PacketHeader header, ReadOnlySpan<byte> payload) =>
        header.PayloadLength == 0 ? PacketKind.Fault : payload[0] switch
        {
            OkPacket.Header => AcceptOk(header, payload),
            ErrPacket.Header => AcceptErr(header, payload),
            EofPacket.Header => AcceptTerminator(header, payload),
            _ => PacketKind.Fault,
        };

    private PacketKind AcceptPrepare(PacketHeader header, ReadOnlySpan<byte> payload)
    {
        if (header.PayloadLength > 0 && payload[0] == ErrPacket.Header)
        {
            return AcceptErr(header, payload);
        }

        if (payload.Length < header.PayloadLength)
        {
            return PacketKind.NeedMore;
        }

        if (!_contents.TryReadPrepared(payload, out _definitionsLeft, out _secondDefinitions))
        {
            return PacketKind.Fault;
        }

        _preparing = true;
        if (_definitionsLeft == 0)
        {
            (_definitionsLeft, _secondDefinitions) = (_secondDefinitions, 0);
        }

        NextDefinitions(State.Done);
        return PacketKind.PrepareOk;
    }

    private PacketKind AcceptDefinition()
    {
        if (--_definitionsLeft > 0)
        {
            return PacketKind.Column;
        }

        if (_contents.DeprecateEof)
        {
            AfterDefinitions();
        }
        else
        {
            _state = State.DefinitionsEnd;
        }

        return PacketKind.LastColumn;
    }

    private PacketKind AcceptDefinitionsEnd(PacketHeader header, ReadOnlySpan<byte> payload)
    {
        if (payload.Length < header.PayloadLength)
        {
            return PacketKind.NeedMore;
        }

        if (header.PayloadLength == 0 || payload[0] != EofPacket.Header || !_contents.TryReadEof(payload))
        {
            return PacketKind.Fault;
        }

        // With a cursor the rows come later, by COM_STMT_FETCH, and this EOF is the end.
        if (_opensCursor && (_contents.Status & ServerStatus.CursorExists) != 0)
        {
            EndResult();
            return PacketKind.Terminator;
        }

        AfterDefinitions();
        return PacketKind.DefinitionsEnd;
    }

    private void AfterDefinitions()
    {
        (_definitionsLeft, _secondDefinitions) = (_secondDefinitions, 0);
        NextDefinitions(_preparing ? State.Done : State.Rows);
    }

    private void NextDefinitions(State otherwise) => _state = _definitionsLeft > 0 ? State.Definitions : otherwise;

    private PacketKind AcceptFieldList(PacketHeader header, ReadOnlySpan<byte> payload) =>
        header.PayloadLength == 0 ? PacketKind.Fault : payload[0] switch
        {
            ErrPacket.Header => AcceptErr(header, payload),
            EofPacket.Header => AcceptTerminator(header, payload),
            _ => PacketKind.Column,
        };

    private PacketKind AcceptText(PacketHeader header, ReadOnlySpan<byte> payload)
    {
        if (header.PayloadLength > 0 && payload[0] == ErrPacket.Header)
        {
            return AcceptErr(header, payload);
        }

        _state = State.Done;
        return PacketKind.Text;
    }

    private void EndResult()
    {
        _contents.NoteEnd();
        _state = (_contents.Status & ServerStatus.MoreResults) != 0 ? State.ResultStart : State.Done;
    }
}
