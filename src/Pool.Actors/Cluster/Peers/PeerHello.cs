using System.Security.Cryptography;
using System.Text;
using Pool.Actors.Cluster.Membership;
using Pool.Wire;
using Pool.Wire.Primitives;

namespace Pool.Actors.Cluster.Peers;

/// <summary>
/// The first packet of a connection between nodes: who connects, to whom, and what for. Nothing of it is believed before it is proved.
/// </summary>
public sealed record PeerHello
{
    /// <summary>The largest packet of a handshake.</summary>
    public const int MaxPacketBytes = 1024;

    /// <summary>Bytes of a nonce.</summary>
    public const int NonceBytes = 32;

    private const uint Magic = 0x4C4F4F50; // "POOL"
    private const byte HandshakeVersion = 1;
    private const int MaxTextBytes = 200;

    /// <summary>The cluster that the dialer belongs to.</summary>
    public required string Cluster { get; init; }

    /// <summary>The dialer.</summary>
    public required string From { get; init; }

    /// <summary>Which life of the dialer.</summary>
    public required Incarnation FromIncarnation { get; init; }

    /// <summary>The node that it wants to reach.</summary>
    public required string To { get; init; }

    /// <summary>Which life of that node.</summary>
    public required Incarnation ToIncarnation { get; init; }

    /// <summary>What the connection is for.</summary>
    public required string Purpose { get; init; }

    /// <summary>The oldest protocol that the dialer speaks.</summary>
    public int OldestProtocol { get; init; } = ClusterProtocol.Oldest;

    /// <summary>The newest protocol that the dialer speaks.</summary>
    public int NewestProtocol { get; init; } = ClusterProtocol.Current;

    /// <summary>The packet, with a nonce of its own.</summary>
    public byte[] ToPacket()
    {
        var writer = new WireWriter(new byte[MaxPacketBytes]);
        writer.UInt32(Magic);
        writer.Byte(HandshakeVersion);
        writer.UInt16((ushort)OldestProtocol);
        writer.UInt16((ushort)NewestProtocol);
        writer.Bytes(RandomNumberGenerator.GetBytes(NonceBytes));
        WriteText(ref writer, Cluster);
        WriteText(ref writer, From);
        writer.UInt64((ulong)FromIncarnation.Value);
        WriteText(ref writer, To);
        writer.UInt64((ulong)ToIncarnation.Value);
        WriteText(ref writer, Purpose);
        return writer.Written.ToArray();
    }

    /// <summary>Reads a packet; null if it is none. What a later release adds at its end is passed over.</summary>
    public static PeerHello? TryRead(ReadOnlySpan<byte> packet)
    {
        var reader = new WireReader(packet);
        if (reader.UInt32() != Magic || reader.Byte() != HandshakeVersion)
        {
            return null;
        }

        var (oldest, newest) = (reader.UInt16(), reader.UInt16());
        reader.Skip(NonceBytes);
        var hello = new PeerHello
        {
            OldestProtocol = oldest,
            NewestProtocol = newest,
            Cluster = ReadText(ref reader),
            From = ReadText(ref reader),
            FromIncarnation = new Incarnation((long)reader.UInt64()),
            To = ReadText(ref reader),
            ToIncarnation = new Incarnation((long)reader.UInt64()),
            Purpose = ReadText(ref reader),
        };
        return reader.Fault == WireFault.None ? hello : null;
    }

    private static void WriteText(ref WireWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, MaxTextBytes);
        writer.LengthEncodedBytes(bytes);
    }

    // It goes to logs, so it has to be text, and on one line.
    private static string ReadText(ref WireReader reader)
    {
        var bytes = reader.LengthEncodedBytes();
        var text = bytes.Length <= MaxTextBytes ? Encoding.UTF8.GetString(bytes) : "";
        if (bytes.Length > MaxTextBytes || text.Any(c => char.IsControl(c) || c == '\uFFFD'))
        {
            reader.Fail(WireFault.Malformed);
        }

        return text;
    }
}
