using Pool.Wire.Framing;
using Pool.Wire.Handshake;
using Pool.Wire.Primitives;

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

    private const int MaxColumns = ushort.MaxValue;

    private ReplySummary _summary;
    private Capabilities _capabilities;
    private State _state;
    private bool _continues;
    private bool _preparing;
    private int _definitionsLeft;
    private int _secondDefinitions;

    /// <summary>True when the reply has ended.</summary>
    public readonly bool IsDone => _state == State.Done && !_continues;

    /// <summary>True when the server waits for the client's LOAD DATA LOCAL bytes.</summary>
    public readonly bool AwaitsClientData => _state == State.InfileData;

    /// <summary>True if the next packet carries on the payload of the one before.</summary>
    public readonly bool IsInPayload => _continues;

    /// <summary>What the reply has said so far.</summary>
    public readonly ReplySummary Summary => _summary;

    /// <summary>The current database, if the reply changed it (empty for none); else null.</summary>
    public string? Schema { readonly get; private set; }

    /// <summary>Starts with a new reply. <paramref name="capabilities"/> are the connection's effective ones.</summary>
    public void Begin(ReplyShape shape, Capabilities capabilities)
    {
        _summary = default;
        Schema = null;
        _capabilities = capabilities;
        _continues = false;
        _preparing = false;
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

    private readonly bool DeprecateEof => (_capabilities & Capabilities.DeprecateEof) != 0;

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
                _summary.Rows++;
                return PacketKind.Row;
        }
    }

    private PacketKind AcceptTerminator(PacketHeader header, ReadOnlySpan<byte> payload)
    {
        if (payload.Length < header.PayloadLength)
        {
            return PacketKind.NeedMore;
        }

        if (DeprecateEof)
        {
            if (!ReadOk(payload))
            {
                return PacketKind.Fault;
            }
        }
        else if (!ReadEof(payload))
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

        if (ErrPacket.TryRead(payload, out var packet) != WireFault.None || packet.Code == 0)
        {
            return PacketKind.Fault;
        }

        _summary.ErrorCode = packet.Code;
        _state = State.Done;
        return PacketKind.Err;
    }

    private PacketKind AcceptOk(PacketHeader header, ReadOnlySpan<byte> payload)
    {
        if (payload.Length < header.PayloadLength)
        {
            return PacketKind.NeedMore;
        }

        if (!ReadOk(payload))
        {
            return PacketKind.Fault;
        }

        _summary.IsResultSet = false;
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

        var reader = new WireReader(payload);
        var columns = reader.LengthEncoded();
        var follow = (_capabilities & Capabilities.OptionalResultsetMetadata) == 0 || reader.AtEnd || reader.Byte() != 0;
        if (reader.Fault != WireFault.None || columns is 0 or > MaxColumns)
        {
            return PacketKind.Fault;
        }

        _summary.IsResultSet = true;
        _summary.Rows = 0;
        _definitionsLeft = follow ? (int)columns : 0;
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

        var reader = new WireReader(payload);
        var status = reader.Byte();
        _summary.StatementId = reader.UInt32();
        var columns = reader.UInt16();
        var parameters = reader.UInt16();
        reader.Skip(1);
        _summary.Warnings = reader.UInt16();
        var follow = (_capabilities & Capabilities.OptionalResultsetMetadata) == 0 || reader.AtEnd || reader.Byte() != 0;
        if (reader.Fault != WireFault.None || status != OkPacket.Header)
        {
            return PacketKind.Fault;
        }

        _preparing = true;
        _definitionsLeft = follow ? parameters : 0;
        _secondDefinitions = follow ? columns : 0;
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

        if (DeprecateEof)
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

        if (header.PayloadLength == 0 || payload[0] != EofPacket.Header || !ReadEof(payload))
        {
            return PacketKind.Fault;
        }

        // With a cursor the rows come later, by COM_STMT_FETCH, and this EOF is the end.
        if (!_preparing && (_summary.Status & ServerStatus.CursorExists) != 0)
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

    private void EndResult() =>
        _state = (_summary.Status & ServerStatus.MoreResults) != 0 ? State.ResultStart : State.Done;

    private bool ReadEof(ReadOnlySpan<byte> payload)
    {
        var fault = EofPacket.TryRead(payload, out var status, out var warnings);
        _summary.Status = status;
        _summary.HasStatus = true;
        _summary.Warnings = warnings;
        return fault == WireFault.None;
    }

    private bool ReadOk(ReadOnlySpan<byte> payload)
    {
        if (OkPacket.TryRead(payload, _capabilities, out var packet) != WireFault.None)
        {
            return false;
        }

        _summary.Status = packet.Status;
        _summary.HasStatus = true;
        _summary.Warnings = packet.Warnings;
        _summary.AffectedRows = packet.AffectedRows;
        _summary.LastInsertId = packet.LastInsertId != 0 ? packet.LastInsertId : _summary.LastInsertId;
        return packet.StateChanges.IsEmpty || ReadChanges(packet.StateChanges);
    }

    private bool ReadChanges(ReadOnlySpan<byte> bytes)
    {
        var changes = new SessionTrack(bytes);
        var schema = false;
        var state = false;
        while (changes.MoveNext())
        {
            schema |= changes.Type == SessionTrackType.Schema;
            state |= changes.Type == SessionTrackType.StateChange;
            _summary.VariableChanged |= changes.Type == SessionTrackType.SystemVariable;
            if (changes.Type == SessionTrackType.Schema)
            {
                Schema = System.Text.Encoding.UTF8.GetString(changes.Value);
            }
        }

        // A change of the database is a change of state too, and the only one that needs no further explanation.
        _summary.StateChanged |= state && !schema;
        return changes.Fault == WireFault.None;
    }
}
