using System.Text;
using Pool.Actors.Backends;
using Pool.Wire.Framing;
using Pool.Wire.Handshake;
using Pool.Wire.Primitives;
using Pool.Wire.Replies;

namespace Pool.Actors.Sessions;

/// <summary>
/// The warnings and errors of a session's last statement, taken from a connection before it was given back: the packets of its answer
/// to SHOW WARNINGS, from which the session answers that and its like. Immutable.
/// </summary>
internal sealed class Diagnostics
{
    private const int MaxBytes = 256 * 1024;
    private const string UnknownError = "1105";

    private static readonly ResultColumn[] s_columns =
        [ResultColumn.Text("Level", 7), ResultColumn.Number("Code", ColumnType.Long, 4), ResultColumn.Text("Message", 512)];

    private readonly byte[][] _columns;
    private readonly byte[][] _rows;
    private readonly bool[] _isError;

    private Diagnostics(byte[][] columns, byte[][] rows)
    {
        _columns = columns;
        _rows = rows;
        _isError = [.. rows.Select(IsError)];
        (Count, Errors) = (rows.Length, _isError.Count(e => e));
    }

    /// <summary>How many there are, errors included, and those that are not shown.</summary>
    public int Count { get; private init; }

    /// <summary>How many of them are errors.</summary>
    public int Errors { get; private init; }

    /// <summary>How many are shown.</summary>
    public int Shown => _rows.Length;

    /// <summary>About what it costs to keep, in bytes.</summary>
    public int Cost => _columns.Concat(_rows).Sum(p => p.Length + PacketHeader.Size);

    /// <summary>What a connection answered to SHOW WARNINGS; null if it was too much to keep.</summary>
    public static Diagnostics? From(QueryResult answer, Capabilities capabilities)
    {
        var (columns, rows) = (new List<byte[]>(), new List<byte[]>());
        var tracker = default(ReplyTracker);
        tracker.Begin(ReplyShape.Results, capabilities);
        var packets = answer.Packets.Length > MaxBytes ? default : answer.Packets.Span;
        while (!tracker.IsDone && packets.Length >= PacketHeader.Size)
        {
            var header = PacketHeader.Read(packets);
            var payload = packets[PacketHeader.Size..header.PacketLength];
            var list = tracker.Accept(header, payload) switch
            {
                PacketKind.Column or PacketKind.LastColumn => columns,
                PacketKind.Row => rows,
                _ => null,
            };
            list?.Add(payload.ToArray());
            packets = packets[header.PacketLength..];
        }

        return tracker.IsDone ? new Diagnostics([.. columns], [.. rows]) : null;
    }

    /// <summary>The same where so many are counted.</summary>
    public Diagnostics Counted(int count, int errors) => new(_columns, _rows) { Count = count, Errors = errors };

    /// <summary>Warnings of the pool's own, as a client with these capabilities is to be shown them.</summary>
    public static Diagnostics Warnings(Capabilities client, IEnumerable<string> texts) => new(
        [.. s_columns.Select(c => c.ToPayload(client))], [.. texts.Select(t => ResultSetWriter.RowPayload(["Warning", UnknownError, t]))]);

    /// <summary>The answer to SHOW WARNINGS or SHOW ERRORS, for a client with these capabilities.</summary>
    /// <param name="errorsOnly">SHOW ERRORS.</param>
    /// <param name="offset">The rows to leave out.</param>
    /// <param name="limit">The most rows.</param>
    /// <param name="client">How the client reads it.</param>
    /// <param name="status">The status flags.</param>
    public (ReadOnlyMemory<byte> Packets, ulong Rows) Show(bool errorsOnly, ulong offset, ulong limit, Capabilities client, ServerStatus status)
    {
        var shown = _rows.Where((_, i) => !errorsOnly || _isError[i]).Skip((int)Math.Min(offset, int.MaxValue)).Take((int)Math.Min(limit, int.MaxValue)).ToList();
        var writer = new ResultSetWriter(client, status);
        writer.Columns(_columns);
        foreach (var row in shown)
        {
            writer.Row(row);
        }

        return (writer.End(warnings: 0), (ulong)shown.Count);
    }

    // In the session's character set, which may be UCS-2 and its like.
    private static bool IsError(byte[] row)
    {
        const string Error = "Error";
        return Encoding.Latin1.GetString(new WireReader(row).LengthEncodedBytes()).Replace("\0", "", StringComparison.Ordinal) == Error;
    }
}
