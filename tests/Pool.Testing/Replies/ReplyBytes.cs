using System.Text;
using Pool.Wire.Handshake;
using Pool.Wire.Replies;

namespace Pool.Testing.Replies;

/// <summary>
/// Writes replies as a server does on a connection with these capabilities: the same calls with others give the same
/// reply in another format.
/// </summary>
public sealed class ReplyBytes(Capabilities capabilities, byte sequence = 1)
{
    private const int MaxPayload = 0xFF_FFFF;

    private readonly MemoryStream _bytes = new();
    private byte _sequence = sequence;

    /// <summary>What was written.</summary>
    public byte[] ToArray() => _bytes.ToArray();

    /// <summary>One logical payload, in as many packets as it takes.</summary>
    public ReplyBytes Packet(ReadOnlySpan<byte> payload)
    {
        while (true)
        {
            var part = payload[..Math.Min(payload.Length, MaxPayload)];
            _bytes.Write(Field.Int((ulong)part.Length, 3));
            _bytes.WriteByte(_sequence++);
            _bytes.Write(part);
            payload = payload[part.Length..];
            if (part.Length < MaxPayload)
            {
                return this;
            }
        }
    }

    /// <summary>OK.</summary>
    public ReplyBytes Ok(OkFields fields) => Packet(OkPayload(0x00, fields));

    /// <summary>ERR.</summary>
    public ReplyBytes Err(ushort code, string message) =>
        Packet([0xFF, .. Field.Int(code, 2), (byte)'#', .. "HY000"u8, .. Encoding.UTF8.GetBytes(message)]);

    /// <summary>The end of rows: OK or EOF, as the format has it.</summary>
    public ReplyBytes End(OkFields fields) => Has(Capabilities.DeprecateEof)
        ? Packet(OkPayload(0xFE, fields))
        : Eof(fields.Status, fields.Warnings);

    /// <summary>EOF.</summary>
    public ReplyBytes Eof(ServerStatus status, ushort warnings = 0) =>
        Packet([0xFE, .. Field.Int(warnings, 2), .. Field.Int((ulong)status, 2)]);

    /// <summary>The EOF after definitions, where the format has one.</summary>
    public ReplyBytes DefinitionsEnd(ServerStatus status, ushort warnings = 0) =>
        Has(Capabilities.DeprecateEof) ? this : Eof(status, warnings);

    /// <summary>The number of columns, and that their definitions follow, where the format can say so.</summary>
    public ReplyBytes ColumnCount(int count, bool definitionsFollow = true) => Packet(
        [.. Field.LengthEncoded((ulong)count), .. FollowFlag(definitionsFollow)]);

    /// <summary>One definition for each name.</summary>
    public ReplyBytes Columns(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            Packet([
                .. Field.Text("def"), .. Field.Text("test"), .. Field.Text("t"), .. Field.Text("t"),
                .. Field.Text(name), .. Field.Text(name),
                0x0C, 0x2D, 0, 4, 0, 0, 0, 0x03, 0, 0, 0, 0, 0]);
        }

        return this;
    }

    /// <summary>The start of a result set: count, definitions, and the EOF if there is one.</summary>
    public ReplyBytes ResultSet(ServerStatus status, params ReadOnlySpan<string> names) =>
        ColumnCount(names.Length).Columns(names).DefinitionsEnd(status);

    /// <summary>A row of the text protocol.</summary>
    public ReplyBytes TextRow(params string?[] values) =>
        Packet([.. values.SelectMany(value => value is null ? [0xFB] : Field.Text(value))]);

    /// <summary>A row of the binary protocol with 4-byte integers.</summary>
    public ReplyBytes BinaryRow(params int?[] values)
    {
        var nulls = new byte[(values.Length + 9) / 8];
        for (var i = 0; i < values.Length; i++)
        {
            nulls[(i + 2) / 8] |= (byte)(values[i] is null ? 1 << ((i + 2) % 8) : 0);
        }

        return Packet([0x00, .. nulls, .. values.SelectMany(value => value is { } number ? Field.Int((ulong)number, 4) : [])]);
    }

    /// <summary>The answer to a prepare, before any definitions.</summary>
    public ReplyBytes PrepareOk(uint id, int columns, int parameters, ushort warnings = 0, bool definitionsFollow = true) =>
        Packet([
            0x00, .. Field.Int(id, 4), .. Field.Int((ulong)columns, 2), .. Field.Int((ulong)parameters, 2), 0,
            .. Field.Int(warnings, 2), .. FollowFlag(definitionsFollow)]);

    /// <summary>A request for a file's bytes.</summary>
    public ReplyBytes InfileRequest(string file) => Packet([0xFB, .. Encoding.UTF8.GetBytes(file)]);

    private byte[] FollowFlag(bool follow) => Has(Capabilities.OptionalResultsetMetadata) ? [(byte)(follow ? 1 : 0)] : [];

    private byte[] OkPayload(byte header, OkFields fields)
    {
        var tracks = Has(Capabilities.SessionTrack);
        var changes = tracks ? fields.Changes : null;
        var status = changes is null ? fields.Status : fields.Status | ServerStatus.SessionStateChanged;
        byte[] tail = (fields.Info, changes) switch
        {
            ("", null) => [],
            _ => [.. Field.Text(fields.Info), .. changes is null ? [] : Field.Text(changes)],
        };
        return
        [
            header, .. Field.LengthEncoded(fields.AffectedRows), .. Field.LengthEncoded(fields.InsertId),
            .. Field.Int((ulong)status, 2), .. Field.Int(fields.Warnings, 2), .. tail,
        ];
    }

    private bool Has(Capabilities capability) => (capabilities & capability) != 0;
}
