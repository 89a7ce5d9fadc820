using Pool.Wire.Primitives;

namespace Pool.Wire.Replies;

/// <summary>What a session state change is about.</summary>
public enum SessionTrackType : byte
{
    /// <summary>A system variable: its name and new value.</summary>
    SystemVariable = 0,

    /// <summary>The current database: its name, empty for none.</summary>
    Schema = 1,

    /// <summary>Something changed, without saying what: "1".</summary>
    StateChange = 2,

    /// <summary>GTIDs of the transaction.</summary>
    Gtids = 3,

    /// <summary>The statements that would start the transaction again.</summary>
    TransactionCharacteristics = 4,

    /// <summary>Eight letters about the transaction.</summary>
    TransactionState = 5,
}

/// <summary>
/// Walks over the session state changes of an OK packet without copying: <c>foreach</c> by hand with <see cref="MoveNext"/>.
/// <see href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_ok_packet.html"/>
/// </summary>
public ref struct SessionTrack
{
    private WireReader _reader;

    /// <summary>Starts before the first change.</summary>
    public SessionTrack(ReadOnlySpan<byte> changes) => _reader = new WireReader(changes);

    /// <summary>What the current change is about.</summary>
    public SessionTrackType Type { get; private set; }

    /// <summary>For a system variable its name; else empty.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>The new value; for types that are not known, the raw data.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>What was wrong with the bytes; looked at when <see cref="MoveNext"/> said false.</summary>
    public readonly WireFault Fault => _reader.Fault;

    /// <summary>Goes to the next change; false at the end or at a fault.</summary>
    public bool MoveNext()
    {
        if (_reader.AtEnd)
        {
            return false;
        }

        Type = (SessionTrackType)_reader.Byte();
        var data = new WireReader(_reader.LengthEncodedBytes());
        Name = default;
        switch (Type)
        {
            case SessionTrackType.SystemVariable:
                Name = data.LengthEncodedBytes();
                Value = data.LengthEncodedBytes();
                break;
            case SessionTrackType.Gtids:
                data.Skip(1);
                Value = data.LengthEncodedBytes();
                break;
            case SessionTrackType.Schema or SessionTrackType.TransactionCharacteristics or SessionTrackType.TransactionState:
                Value = data.LengthEncodedBytes();
                break;
            default:
                // A change of state is one character, without a length of its own.
                Value = data.Rest();
                break;
        }

        if (data.Fault != WireFault.None)
        {
            _reader.Fail(data.Fault);
        }

        return _reader.Fault == WireFault.None;
    }
}
