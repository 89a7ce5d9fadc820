namespace Pool.Live.Tests.Twin;

/// <summary>All that a client can see of the answer to one command.</summary>
internal sealed record WireReply(IReadOnlyList<WirePacket> Packets)
{
    /// <summary>There is no connection any more.</summary>
    public bool IsLost => Packets is [.., { Role: WireRole.Lost }];

    /// <summary>The error, if it is one: its number.</summary>
    public int ErrorCode => Packets is [.., { Role: WireRole.Error } last] ? last.Payload[1] | (last.Payload[2] << 8) : 0;

    /// <summary>The rows of a text result, as Latin-1; null is NULL.</summary>
    public IEnumerable<string?[]> Rows => Packets.Where(p => p.Role == WireRole.Row).Select(TextValues);

    /// <summary>Where the other begins to differ; null if it does not.</summary>
    public string? DifferenceTo(WireReply other)
    {
        for (var i = 0; i < Math.Max(Packets.Count, other.Packets.Count); i++)
        {
            var (mine, its) = (Packets.ElementAtOrDefault(i), other.Packets.ElementAtOrDefault(i));
            if (mine is null || its is null || (!mine.Matches(its) && !(IsFree(i) && other.IsFree(i))))
                return $"packet {i} of {Packets.Count}/{other.Packets.Count}\n      direct: {mine?.ToString() ?? "-"}\n      pooled: {its?.ToString() ?? "-"}";
        }

        return null;
    }

    // A column's metadata that are not compared. The columns follow the packet that counts them.
    private bool IsFree(int column) => Packets[column].Role == WireRole.Column && Packets[0].Role == WireRole.Count
        && (KnownDifferences.IsBound(Packets[column].ColumnName)
            || KnownDifferences.IsNeverSet(Packets[column].ColumnName, Rows.Select(r => r.ElementAtOrDefault(column - 1))));

    /// <inheritdoc/>
    public override string ToString() => Packets.Count == 0 ? "(no reply)" : string.Join(" | ", Packets.Take(12)) + (Packets.Count > 12 ? " | ..." : "");

    private static string?[] TextValues(WirePacket row)
    {
        const byte Null = 0xfb;
        var values = new List<string?>();
        for (var reader = new Wire.Primitives.WireReader(row.Payload); !reader.AtEnd && reader.Fault == Wire.WireFault.None;)
        {
            if (reader.Peek() == Null)
            {
                reader.Skip(1);
                values.Add(null);
            }
            else
            {
                values.Add(System.Text.Encoding.Latin1.GetString(reader.LengthEncodedBytes()));
            }
        }

        return [.. values];
    }
}
