using Pool.Wire.Framing;
using Pool.Wire.Handshake;
using Pool.Wire.Primitives;

namespace Pool.Wire.Replies;

/// <summary>
/// The reply to a statement of the pool's own that answers at most one row, with its types and its bytes as they came. Not for what
/// clients ask.
/// </summary>
/// <param name="Columns">The columns.</param>
/// <param name="Values">The values of the row, one per column, a NULL as null; null when there is no row.</param>
public sealed record TypedRow(IReadOnlyList<ColumnDefinition> Columns, IReadOnlyList<byte[]?>? Values)
{
    /// <summary>
    /// Reads <paramref name="reply"/>, which holds the complete packets of a reply that was followed to its end; null when it is not a
    /// result set with as many values as columns in one row, or in none.
    /// </summary>
    public static TypedRow? Read(ReadOnlySpan<byte> reply, Capabilities capabilities)
    {
        var columns = new List<ColumnDefinition>();
        List<byte[]?>? values = null;
        var tracker = new ReplyTracker();
        tracker.Begin(ReplyShape.Results, capabilities);
        while (!tracker.IsDone && reply.Length >= PacketHeader.Size)
        {
            var header = PacketHeader.Read(reply);
            if (header.PacketLength > reply.Length || header.Continues)
            {
                return null;
            }

            var payload = reply[PacketHeader.Size..header.PacketLength];
            switch (tracker.Accept(header, payload))
            {
                case PacketKind.Column or PacketKind.LastColumn
                    when ColumnDefinition.TryRead(payload, capabilities, out var column) == WireFault.None:
                    columns.Add(column);
                    break;
                case PacketKind.Row when values is null && Row(payload) is { } row && row.Count == columns.Count:
                    values = row;
                    break;
                case PacketKind.Column or PacketKind.LastColumn or PacketKind.Row or PacketKind.Fault:
                    return null;
                case PacketKind.Terminator:
                    return new TypedRow(columns, values);
            }

            reply = reply[header.PacketLength..];
        }

        return null;
    }

    private static List<byte[]?>? Row(ReadOnlySpan<byte> payload)
    {
        var values = new List<byte[]?>();
        var reader = new WireReader(payload);
        while (!reader.AtEnd)
        {
            values.Add(reader.TryValue(out var value) ? value.ToArray() : null);
        }

        return reader.Fault == WireFault.None ? values : null;
    }
}
