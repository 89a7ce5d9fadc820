using System.Text;
using System.Text.RegularExpressions;
using Pool.Wire.Framing;
using Pool.Wire.Replies;

namespace Pool.Live.Tests.Support;

/// <summary>A reply as it came. What it told is compared without the ids of statements, which every connection has of its own.</summary>
/// <param name="Summary">What it said.</param>
/// <param name="Payloads">The payloads of its packets.</param>
internal sealed partial record RawReply(ReplySummary Summary, IReadOnlyList<byte[]> Payloads)
{
    // An OK and a terminator carry trackers, whose order is the server's own business, and flags that depend on the server's mood.
    private const ServerStatus Compared = ServerStatus.Autocommit | ServerStatus.InTransaction | ServerStatus.CursorExists | ServerStatus.LastRowSent;

    /// <summary>The rows, in hexadecimal, or the error, and what else a client may see.</summary>
    public string Told
    {
        get
        {
            if (Summary.ErrorCode != 0)
                return $"error {Summary.ErrorCode} {StatementId().Replace(Encoding.UTF8.GetString(Payloads[^1].AsSpan(3)), "(id)")}";

            var rows = string.Join(' ', Payloads.TakeLast((int)Summary.Rows + 1).Take((int)Summary.Rows).Select(Convert.ToHexString));
            return Summary.IsResultSet || Summary.Rows > 0
                ? $"rows [{rows}] {Summary.Status & Compared} {Summary.Warnings}"
                : $"ok {Summary.AffectedRows} {Summary.LastInsertId} {Summary.Status & Compared} {Summary.Warnings}";
        }
    }

    [GeneratedRegex(@"\(\d+\)")]
    private static partial Regex StatementId();

    /// <summary>Bytes of packets, taken apart. Packets of one payload stay apart.</summary>
    public static List<byte[]> Split(ReadOnlySpan<byte> bytes)
    {
        var payloads = new List<byte[]>();
        while (!bytes.IsEmpty)
        {
            var header = PacketHeader.Read(bytes);
            payloads.Add(bytes[PacketHeader.Size..header.PacketLength].ToArray());
            bytes = bytes[header.PacketLength..];
        }

        return payloads;
    }
}
