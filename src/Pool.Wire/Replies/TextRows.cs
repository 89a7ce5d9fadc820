using System.Text;
using Pool.Wire.Framing;
using Pool.Wire.Handshake;
using Pool.Wire.Primitives;

namespace Pool.Wire.Replies;

/// <summary>Reads the whole reply to a text statement of the pool's own, which is small. Not for what clients ask.</summary>
public static class TextRows
{
    /// <summary>
    /// The rows of the first result set in <paramref name="reply"/>, which holds complete packets of a reply that was followed to its end.
    /// </summary>
    public static List<IReadOnlyList<string?>> Read(ReadOnlySpan<byte> reply, Capabilities capabilities)
    {
        var rows = new List<IReadOnlyList<string?>>();
        var tracker = new ReplyTracker();
        tracker.Begin(ReplyShape.Results, capabilities);
        while (!tracker.IsDone && reply.Length >= PacketHeader.Size)
        {
            var header = PacketHeader.Read(reply);
            var payload = reply[PacketHeader.Size..header.PacketLength];
            switch (tracker.Accept(header, payload))
            {
                case PacketKind.Row:
                    rows.Add(Row(payload));
                    break;
                case PacketKind.Terminator:
                    return rows;
            }

            reply = reply[header.PacketLength..];
        }

        return rows;
    }

    /// <summary>The server's error in a reply that ended with one: its number and words.</summary>
    public static (int Code, string Text) ReadError(ReadOnlySpan<byte> reply)
    {
        while (reply.Length >= PacketHeader.Size)
        {
            var header = PacketHeader.Read(reply);
            var payload = reply[PacketHeader.Size..header.PacketLength];
            if (reply.Length == header.PacketLength && ErrPacket.TryRead(payload, out var error) == WireFault.None)
            {
                return (error.Code, Encoding.UTF8.GetString(error.Message));
            }

            reply = reply[header.PacketLength..];
        }

        return (0, "");
    }

    private static List<string?> Row(ReadOnlySpan<byte> payload)
    {
        var values = new List<string?>();
        var reader = new WireReader(payload);
        while (!reader.AtEnd)
        {
            values.Add(reader.TryValue(out var value) ? Encoding.UTF8.GetString(value) : null);
        }

        return values;
    }
}
