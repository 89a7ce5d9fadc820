using System.Buffers.Binary;
using System.Text;

namespace Pool.Testing.Replies;

/// <summary>The protocol's field encodings, written apart from the product's, so that one checks the other.</summary>
public static class Field
{
    /// <summary>An integer of so many bytes, little-endian.</summary>
    public static byte[] Int(ulong value, int bytes)
    {
        var all = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(all, value);
        return all[..bytes];
    }

    /// <summary>A length-encoded integer.</summary>
    public static byte[] LengthEncoded(ulong value) => value switch
    {
        <= 250 => [(byte)value],
        < 1 << 16 => [0xFC, .. Int(value, 2)],
        < 1 << 24 => [0xFD, .. Int(value, 3)],
        _ => [0xFE, .. Int(value, 8)],
    };

    /// <summary>A length-encoded string.</summary>
    public static byte[] Text(string value) => Text(Encoding.UTF8.GetBytes(value));

    /// <summary>A length-encoded string.</summary>
    public static byte[] Text(ReadOnlySpan<byte> value) => [.. LengthEncoded((ulong)value.Length), .. value];
}
