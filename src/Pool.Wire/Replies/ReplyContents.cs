using System.Text;
using Pool.Wire.Handshake;
using Pool.Wire.Primitives;

namespace Pool.Wire.Replies;

/// <summary>
/// What the packets of one reply say that must be read whole: the OK, EOF and ERR packets, and the heads of results and of prepared
/// statements. A mutable value; allocates only for state that changed. Every payload must be
/// there as a whole.
/// </summary>
/// <param name="capabilities">The connection's effective ones.</param>
internal struct ReplyContents(Capabilities capabilities)
{
    private const int MaxColumns = ushort.MaxValue;

    private ReplySummary _summary;
    private List<KeyValuePair<string, string>>? _variables;

    /// <summary>What the reply has said so far.</summary>
    public readonly ReplySummary Summary => _summary;

    /// <summary>The status flags that it said last.</summary>
    public readonly ServerStatus Status => _summary.Status;

    /// <summary>The current database, if the reply changed it (empty for none); else null.</summary>
    public string? Schema { readonly get; private set; }

    /// <summary>The number of the last transaction that the reply reported; none usually.</summary>
    public Gtid LastGtid { readonly get; private set; }

    /// <summary>The system variables that the reply reported, but for <see cref="LastGtid"/>, each once with its last value; empty usually.</summary>
    public readonly IReadOnlyList<KeyValuePair<string, string>> Variables => (IReadOnlyList<KeyValuePair<string, string>>?)_variables ?? [];

    /// <summary>An OK packet stands where there was an EOF.</summary>
    public readonly bool DeprecateEof => (capabilities & Capabilities.DeprecateEof) != 0;

    /// <summary>One more row of the result.</summary>
    public void CountRow() => _summary.Rows++;

    /// <summary>The result has ended, and not with an error.</summary>
    public void NoteEnd() => _summary.HadResultSet |= _summary.IsResultSet;

    /// <summary>The result is an OK.</summary>
    public void NoteNoRows() => _summary.IsResultSet = false;

    /// <summary>Reads the head of a result set: how many definitions of columns follow it. False if it is malformed.</summary>
    public bool TryReadColumnCount(ReadOnlySpan<byte> payload, out int definitions)
    {
        var reader = new WireReader(payload);
        var columns = reader.LengthEncoded();
        definitions = MetadataFollows(ref reader) ? (int)Math.Min(columns, MaxColumns) : 0;
        if (reader.Fault != WireFault.None || columns is 0 or > MaxColumns)
        {
            return false;
        }

        _summary.IsResultSet = true;
        _summary.Rows = 0;
        return true;
    }

    /// <summary>Reads the head of the answer to COM_STMT_PREPARE: how many definitions follow it. False if it is malformed.</summary>
    public bool TryReadPrepared(ReadOnlySpan<byte> payload, out int parameterDefinitions, out int columnDefinitions)
    {
        var reader = new WireReader(payload);
        var status = reader.Byte();
        _summary.StatementId = reader.UInt32();
        var columns = reader.UInt16();
        _summary.ParameterCount = reader.UInt16();
        reader.Skip(1);
        NoteWarnings(reader.UInt16());
        (parameterDefinitions, columnDefinitions) = MetadataFollows(ref reader) ? (_summary.ParameterCount, columns) : (0, 0);
        return reader.Fault == WireFault.None && status == OkPacket.Header;
    }

    /// <summary>Reads an ERR packet; false if it is malformed.</summary>
    public bool TryReadErr(ReadOnlySpan<byte> payload)
    {
        if (ErrPacket.TryRead(payload, out var packet) != WireFault.None || packet.Code == 0)
        {
            return false;
        }

        _summary.ErrorCode = packet.Code;
        return true;
    }

    /// <summary>Reads an EOF packet; false if it is malformed.</summary>
    public bool TryReadEof(ReadOnlySpan<byte> payload)
    {
        var fault = EofPacket.TryRead(payload, out var status, out var warnings);
        (_summary.Status, _summary.HasStatus) = (status, true);
        NoteWarnings(warnings);
        return fault == WireFault.None;
    }

    /// <summary>Reads an OK packet, and what it says of the session's state; false if it is malformed.</summary>
    public bool TryReadOk(ReadOnlySpan<byte> payload)
    {
        if (OkPacket.TryRead(payload, capabilities, out var packet) != WireFault.None)
        {
            return false;
        }

        (_summary.Status, _summary.HasStatus) = (packet.Status, true);
        NoteWarnings(packet.Warnings);
        _summary.AffectedRows = packet.AffectedRows;
        _summary.LastInsertId = packet.LastInsertId != 0 ? packet.LastInsertId : _summary.LastInsertId;
        return packet.StateChanges.IsEmpty || TryReadChanges(packet.StateChanges);
    }

    private void NoteWarnings(ushort warnings)
    {
        _summary.Warnings = warnings;
        _summary.HadWarnings |= warnings > 0;
    }

    private readonly bool MetadataFollows(ref WireReader reader) =>
        (capabilities & Capabilities.OptionalResultsetMetadata) == 0 || reader.AtEnd || reader.Byte() != 0;

    private bool TryReadChanges(ReadOnlySpan<byte> bytes)
    {
        var changes = new SessionTrack(bytes);
        var schema = false;
        var state = false;
        while (changes.MoveNext())
        {
            if (changes.Type == SessionTrackType.SystemVariable && changes.Name.SequenceEqual(Gtid.Variable))
            {
                LastGtid = Gtid.Parse(changes.Value);
                continue;
            }

            schema |= changes.Type == SessionTrackType.Schema;
            state |= changes.Type == SessionTrackType.StateChange;
            _summary.VariableChanged |= changes.Type == SessionTrackType.SystemVariable;
            if (changes.Type == SessionTrackType.Schema)
            {
                Schema = Encoding.UTF8.GetString(changes.Value);
            }
            else if (changes.Type == SessionTrackType.SystemVariable)
            {
                NoteVariable(Encoding.UTF8.GetString(changes.Name), Encoding.UTF8.GetString(changes.Value));
            }
        }

        // A change of the database is a change of state too, and the only one that needs no further explanation.
        _summary.StateChanged |= state && !schema;
        return changes.Fault == WireFault.None;
    }

    // However many statements a text has, there are no more variables than the server has.
    private void NoteVariable(string name, string value)
    {
        _variables ??= [];
        var at = _variables.FindIndex(v => v.Key == name);
        if (at < 0)
        {
            _variables.Add(new(name, value));
        }
        else
        {
            _variables[at] = new(name, value);
        }
    }
}
