using System.Text;
using Pool.Wire.Primitives;
using Pool.Wire.Replies;

namespace Pool.Testing;

/// <summary>What a <see cref="FakeServer"/> answers to one command, and what goes wrong with it.</summary>
public sealed record FakeServerReply
{
    private const int Room = 256;

    private FakeServerReply(params IReadOnlyList<byte[]> payloads) => Payloads = payloads;

    /// <summary>The payloads of the packets.</summary>
    public IReadOnlyList<byte[]> Payloads { get; }

    /// <summary>The server goes away after this many bytes of the reply; null: it does not.</summary>
    public int? CutAt { get; init; }

    /// <summary>The server goes silent after this many bytes of the reply, until it is killed; null: it does not.</summary>
    public int? SilentAt { get; init; }

    /// <summary>Bytes sent after the packets, as they are.</summary>
    public byte[] Trailer { get; init; } = [];

    /// <summary>By how much the sequence numbers are wrong.</summary>
    public int SequenceShift { get; init; }

    /// <summary>The answer waits for this, or for a KILL, in which case it is error 1317.</summary>
    public Task Wait { get; init; } = Task.CompletedTask;

    /// <summary>The packet asks for a file, which is read to its end before <see cref="AfterFile"/> is answered.</summary>
    public FakeServerReply? AfterFile { get; init; }

    /// <summary>No answer at all.</summary>
    public static FakeServerReply None { get; } = new();

    /// <summary>Bytes that are no packets.</summary>
    public static FakeServerReply Garbage(params byte[] bytes) => new() { Trailer = bytes };

    /// <summary>Payloads as they are.</summary>
    public static FakeServerReply Of(params byte[][] payloads) => new(payloads);

    /// <summary>An OK packet.</summary>
    public static FakeServerReply Ok(ServerStatus status, ulong affected = 0, ulong insertId = 0, ushort warnings = 0, byte[]? changes = null) =>
        new(OkPayload(OkPacket.Header, status, affected, insertId, warnings, changes));

    /// <summary>An ERR packet.</summary>
    public static FakeServerReply Error(ushort code, string text, string state = "HY000")
    {
        var writer = new WireWriter(new byte[Room + text.Length]);
        ErrPacket.Write(ref writer, code, Encoding.ASCII.GetBytes(state), Encoding.UTF8.GetBytes(text));
        return new(writer.Written.ToArray());
    }

    /// <summary>A result set of one column with text rows.</summary>
    public static FakeServerReply Rows(ServerStatus status, string column, IEnumerable<string?> rows, ushort warnings = 0) =>
        new([
            [1],
            Column(column),
            .. rows.Select(TextRow),
            OkPayload(OkPacket.TerminatorHeader, status, 0, 0, warnings, null),
        ]);

    /// <summary>The answer to the statement that reads all variables.</summary>
    public static FakeServerReply Snapshot(ServerStatus status, string values, ushort resultsCollation) =>
        new([2], Column("values", 63), Column("x", resultsCollation), [.. TextRow(values), .. TextRow("x")],
            OkPayload(OkPacket.TerminatorHeader, status, 0, 0, 0, null));

    /// <summary>A result set with one text row.</summary>
    public static FakeServerReply Row(ServerStatus status, params string?[] values) =>
        new([
            [(byte)values.Length],
            .. values.Select(_ => Column("value")),
            [.. values.SelectMany(TextRow)],
            OkPayload(OkPacket.TerminatorHeader, status, 0, 0, 0, null),
        ]);

    /// <summary>A result set of one text row, with columns of these types and lengths.</summary>
    public static FakeServerReply Row(ServerStatus status, IReadOnlyList<(byte Type, uint Length)> columns, IEnumerable<string?> values) =>
        new([
            [(byte)columns.Count],
            .. columns.Select(c => Column("value", 45, c.Type, c.Length)),
            [.. values.SelectMany(TextRow)],
            OkPayload(OkPacket.TerminatorHeader, status, 0, 0, 0, null),
        ]);

    /// <summary>A result set of one column with one binary row.</summary>
    public static FakeServerReply BinaryRow(ServerStatus status, string value) =>
        new([1], Column("value"), [0, 0, .. TextRow(value)], OkPayload(OkPacket.TerminatorHeader, status, 0, 0, 0, null));

    /// <summary>The answer to COM_STMT_PREPARE: parameters, and one column.</summary>
    public static FakeServerReply Prepared(uint id, ushort parameters, ushort warnings = 0)
    {
        var writer = new WireWriter(new byte[Room]);
        writer.Byte(OkPacket.Header);
        writer.UInt32(id);
        writer.UInt16(1);
        writer.UInt16(parameters);
        writer.Zeros(1);
        writer.UInt16(warnings);
        return new([writer.Written.ToArray(), .. Enumerable.Repeat(Column("?"), parameters), Column("value")]);
    }

    /// <summary>The answer to COM_FIELD_LIST.</summary>
    public static FakeServerReply Columns(ServerStatus status, params string[] names) =>
        new([.. names.Select(n => Column(n)), OkPayload(OkPacket.TerminatorHeader, status, 0, 0, 0, null)]);

    /// <summary>A request for a local file, and what is answered when it has come.</summary>
    public static FakeServerReply LocalFile(string name, FakeServerReply afterwards) =>
        new([0xFB, .. Encoding.UTF8.GetBytes(name)]) { AfterFile = afterwards };

    /// <summary>Several results of one command. The status of all but the last must say that more follow.</summary>
    public static FakeServerReply Several(params FakeServerReply[] results) => new([.. results.SelectMany(r => r.Payloads)]);

    /// <summary>A session state change that says that something changed.</summary>
    public static byte[] StateChange { get; } = [(byte)SessionTrackType.StateChange, 1, (byte)'1'];

    /// <summary>A session state change that says that a variable was set.</summary>
    public static byte[] VariableChange(string name, string value)
    {
        byte[] change = [.. Counted(name), .. Counted(value)];
        return [(byte)SessionTrackType.SystemVariable, (byte)change.Length, .. change];
    }

    /// <summary>A session state change to another database.</summary>
    public static byte[] SchemaChange(string database) =>
        [(byte)SessionTrackType.Schema, (byte)(database.Length + 1), (byte)database.Length, .. Encoding.UTF8.GetBytes(database)];

    private static byte[] Counted(string text) => [(byte)text.Length, .. Encoding.UTF8.GetBytes(text)];

    private static byte[] OkPayload(byte header, ServerStatus status, ulong affected, ulong insertId, ushort warnings, byte[]? changes)
    {
        var writer = new WireWriter(new byte[Room + (changes?.Length ?? 0)]);
        status |= changes is null ? ServerStatus.None : ServerStatus.SessionStateChanged;
        OkPacket.Write(ref writer, header, affected, insertId, status, warnings, default);
        if (changes is not null)
        {
            writer.LengthEncodedBytes(default);
            writer.LengthEncodedBytes(changes);
        }

        return writer.Written.ToArray();
    }

    private static byte[] TextRow(string? value)
    {
        if (value is null)
        {
            return [0xFB];
        }

        var writer = new WireWriter(new byte[16 + (3 * value.Length)]);
        writer.LengthEncodedBytes(Encoding.UTF8.GetBytes(value));
        return writer.Written.ToArray();
    }

    private static byte[] Column(string name, ushort collation = 45, byte type = 0xFD, uint length = 1024)
    {
        var writer = new WireWriter(new byte[Room + name.Length]);
        writer.LengthEncodedBytes("def"u8);
        writer.Zeros(3);
        writer.LengthEncodedBytes(Encoding.UTF8.GetBytes(name));
        writer.LengthEncodedBytes(default);
        writer.Byte(0x0C);
        writer.UInt16(collation);
        writer.UInt32(length);
        writer.Byte(type);
        writer.Zeros(5);
        return writer.Written.ToArray();
    }
}
