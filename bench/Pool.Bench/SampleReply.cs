using Pool.Wire.Handshake;
using Pool.Wire.Primitives;

namespace Pool.Bench;

/// <summary>The bytes with which a server answers a select from an sbtest table to a connection of the pool's own.</summary>
internal static class SampleReply
{
    /// <summary>What the pool's connections speak.</summary>
    public const Capabilities Connection = Capabilities.Protocol41 | Capabilities.Transactions | Capabilities.MultiResults
        | Capabilities.PluginAuth | Capabilities.DeprecateEof | Capabilities.SessionTrack;

    /// <summary>What a client speaks that expects EOF packets and no session state.</summary>
    public const Capabilities OldClient = Connection & ~(Capabilities.DeprecateEof | Capabilities.SessionTrack);

    /// <summary>Three columns (id, k, c) and so many rows of about 130 bytes.</summary>
    public static byte[] Select(int rows)
    {
        var buffer = new byte[512 + (rows * 160)];
        var writer = new WireWriter(buffer);
        byte sequence = 1;
        writer.BeginPacket();
        writer.LengthEncoded(3);
        writer.EndPacket(sequence++);
        foreach (var column in (ReadOnlySpan<string>)["id", "k", "c"])
        {
            writer.BeginPacket();
            foreach (var text in (ReadOnlySpan<string>)["def", "sbtest", "sbtest1", "sbtest1", column, column])
            {
                writer.LengthEncodedBytes(System.Text.Encoding.UTF8.GetBytes(text));
            }

            writer.LengthEncoded(12);
            writer.Zeros(12);
            writer.EndPacket(sequence++);
        }

        for (var i = 1; i <= rows; i++)
        {
            writer.BeginPacket();
            writer.LengthEncodedBytes(System.Text.Encoding.ASCII.GetBytes($"{i}"));
            writer.LengthEncodedBytes("4711"u8);
            writer.LengthEncodedBytes(new byte[120]);
            writer.EndPacket(sequence++);
        }

        writer.BeginPacket();
        writer.Byte(0xFE);
        writer.LengthEncoded(0);
        writer.LengthEncoded(0);
        writer.UInt16(0x0002);
        writer.UInt16(0);
        writer.EndPacket(sequence);
        return buffer[..writer.Position];
    }
}
