using System.Buffers.Text;
using System.Globalization;

namespace Pool.Wire.Replies;

/// <summary>The number of a transaction in MariaDB's binary log: <c>0-1-100</c>. The default is none.</summary>
/// <param name="Domain">The domain of replication.</param>
/// <param name="Server">The server where the transaction began.</param>
/// <param name="Sequence">Its number there, from 1 on.</param>
public readonly record struct Gtid(uint Domain, uint Server, ulong Sequence)
{
    /// <summary>The name of the session's variable that has the last one, which MariaDB reports with every transaction that it logs.</summary>
    public static ReadOnlySpan<byte> Variable => "last_gtid"u8;

    /// <summary>The number that a text shows; none if it shows another thing.</summary>
    public static Gtid Parse(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out uint domain, out var first) && text[first..] is [(byte)'-', .. var rest]
        && Utf8Parser.TryParse(rest, out uint server, out var second) && rest[second..] is [(byte)'-', .. var last]
        && Utf8Parser.TryParse(last, out ulong sequence, out var third) && third == last.Length
            ? new Gtid(domain, server, sequence)
            : default;

    /// <summary>As the server shows it: empty for none.</summary>
    public override string ToString() => Sequence == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{Domain}-{Server}-{Sequence}");
}
