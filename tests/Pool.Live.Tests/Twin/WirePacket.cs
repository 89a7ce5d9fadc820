using System.Globalization;
using System.Text;
using Pool.Wire.Handshake;
using Pool.Wire.Primitives;
using Pool.Wire.Replies;

namespace Pool.Live.Tests.Twin;

/// <summary>What a packet of a reply is.</summary>
internal enum WireRole
{
    /// <summary>How many columns follow.</summary>
    Count,

    /// <summary>A column's or a parameter's definition.</summary>
    Column,

    /// <summary>A row.</summary>
    Row,

    /// <summary>An OK, or the end of a result set in that form.</summary>
    Ok,

    /// <summary>The old form of an end.</summary>
    Eof,

    /// <summary>An error.</summary>
    Error,

    /// <summary>The head of the answer to a prepare.</summary>
    Prepared,

    /// <summary>Anything else, as it is.</summary>
    Other,

    /// <summary>The stream has ended, or nothing came.</summary>
    Lost,
}

/// <summary>One packet of a reply, without what may differ between two servers: see <see cref="KnownDifferences"/>.</summary>
internal sealed record WirePacket(WireRole Role, byte[] Payload)
{
    /// <summary>Both are the same to whoever receives them.</summary>
    public bool Matches(WirePacket other) => Role == other.Role && Payload.AsSpan().SequenceEqual(other.Payload);

    /// <summary>The name of a column, as the client sees it.</summary>
    public string ColumnName
    {
        get
        {
            // The catalogue, the database, the table and its own name come before.
            var reader = new WireReader(Payload);
            for (var i = 0; i < 4; i++)
                reader.LengthEncodedBytes();
            return Encoding.Latin1.GetString(reader.LengthEncodedBytes());
        }
    }

    /// <summary>An OK packet, made comparable.</summary>
    public static WirePacket Ok(byte[] payload, Capabilities flags)
    {
        _ = OkPacket.TryRead(payload, flags, out var ok);
        var writer = new WireWriter(new byte[payload.Length + 64]);
        OkPacket.Write(ref writer, payload[0], ok.AffectedRows, ok.LastInsertId, ok.Status & ~KnownDifferences.Ignored(flags), ok.Warnings, ok.Info);
        return new WirePacket(WireRole.Ok, writer.Written.ToArray());
    }

    /// <summary>An EOF packet, made comparable.</summary>
    public static WirePacket Eof(byte[] payload, Capabilities flags, bool isBetween, bool asksForCursor)
    {
        _ = EofPacket.TryRead(payload, out var status, out var warnings);
        var ignored = KnownDifferences.Ignored(flags) | KnownDifferences.IgnoredAtEof | (isBetween ? KnownDifferences.IgnoredBetween(status, asksForCursor) : ServerStatus.None);
        var bytes = new byte[EofPacket.PacketLength];
        EofPacket.Write(bytes, 0, status & ~ignored, isBetween ? (ushort)0 : warnings);
        return new WirePacket(WireRole.Eof, bytes[4..]);
    }

    /// <summary>The head of a prepared statement, without the id.</summary>
    public static WirePacket Prepared(byte[] payload)
    {
        var bytes = payload.ToArray();
        bytes.AsSpan(1, 4).Clear();
        return new WirePacket(WireRole.Prepared, bytes);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        switch (Role)
        {
            case WireRole.Ok:
                _ = OkPacket.TryRead(Payload, default, out var ok);
                return string.Create(CultureInfo.InvariantCulture,
                    $"OK affected={ok.AffectedRows} id={ok.LastInsertId} status={(int)ok.Status:x} ({ok.Status}) warnings={ok.Warnings} '{Encoding.UTF8.GetString(ok.Info)}'");
            case WireRole.Eof:
                _ = EofPacket.TryRead(Payload, out var status, out var warnings);
                return string.Create(CultureInfo.InvariantCulture, $"EOF status={(int)status:x} ({status}) warnings={warnings}");
            case WireRole.Error:
                _ = ErrPacket.TryRead(Payload, out var error);
                return string.Create(CultureInfo.InvariantCulture,
                    $"ERROR {error.Code} ({Encoding.ASCII.GetString(error.SqlState)}) {Encoding.UTF8.GetString(error.Message)}");
            default:
                return $"{Role} {Printable(Payload)}";
        }
    }

    private static string Printable(byte[] bytes)
    {
        var text = new StringBuilder();
        foreach (var b in bytes.AsSpan(0, Math.Min(bytes.Length, 400)))
            text.Append(b is >= 32 and < 127 ? (char)b : b == 0 ? '.' : '?');
        return $"{text} [{Convert.ToHexString(bytes.AsSpan(0, Math.Min(bytes.Length, 48)))}]";
    }
}
