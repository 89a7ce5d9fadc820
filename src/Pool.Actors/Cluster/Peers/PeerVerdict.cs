using System.Text;
using Pool.Wire;
using Pool.Wire.Primitives;

namespace Pool.Actors.Cluster.Peers;

/// <summary>How a handshake ended: the acceptor's last word.</summary>
/// <param name="Fault">Why the nodes do not talk, or <see cref="PeerFault.None"/>.</param>
/// <param name="Protocol">The newest protocol that both speak; 0 if they do not talk.</param>
/// <param name="Detail">What more there is to say, for operators of either node.</param>
public sealed record PeerVerdict(PeerFault Fault, int Protocol, string Detail)
{
    /// <summary>The first byte of the packet; a challenge begins with another.</summary>
    public const byte PacketType = (byte)'V';

    /// <summary>All that a stranger is told, and what it may say without a proof: that there is nothing to be had.</summary>
    public static PeerVerdict Unproven(PeerFault fault) => new(fault, 0, "");

    /// <summary>The packet without its proof.</summary>
    public byte[] ToPacket()
    {
        var detail = Encoding.UTF8.GetBytes(Detail);
        var writer = new WireWriter(new byte[16 + detail.Length]);
        writer.Byte(PacketType);
        writer.Byte((byte)Fault);
        writer.UInt16((ushort)Protocol);
        writer.LengthEncodedBytes(detail);
        return writer.Written.ToArray();
    }

    /// <summary>Reads a packet, and how much of it was proved; null if it is none.</summary>
    public static PeerVerdict? TryRead(ReadOnlySpan<byte> packet, out int provedBytes)
    {
        var reader = new WireReader(packet);
        var isVerdict = reader.Byte() == PacketType;
        var fault = (PeerFault)reader.Byte();
        var verdict = new PeerVerdict(Enum.IsDefined(fault) ? fault : PeerFault.Malformed, reader.UInt16(), Encoding.UTF8.GetString(reader.LengthEncodedBytes()));
        provedBytes = reader.Position;
        return isVerdict && reader.Fault == WireFault.None ? verdict : null;
    }
}
