using Pool.Wire.Primitives;

namespace Pool.Wire.Tests.Handshake;

internal delegate void WriteInto(ref WireWriter writer);

/// <summary>Bytes of payloads.</summary>
internal static class Packet
{
    /// <summary>What a Write method writes.</summary>
    public static byte[] Of(int room, WriteInto write)
    {
        var buffer = new byte[room];
        var writer = new WireWriter(buffer);
        write(ref writer);
        return writer.Written.ToArray();
    }

    /// <summary>Hexadecimal digits, with blanks anywhere.</summary>
    public static byte[] Hex(string digits) => Convert.FromHexString(digits.Replace(" ", "", StringComparison.Ordinal));
}
