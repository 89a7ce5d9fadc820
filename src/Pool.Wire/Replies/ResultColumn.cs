using System.Text;
using Pool.Wire.Handshake;
using Pool.Wire.Primitives;

namespace Pool.Wire.Replies;

/// <summary>A column of a result set that the pool makes itself.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Length">Its greatest length, in bytes.</param>
public sealed record ResultColumn(string Name, ColumnType Type, uint Length)
{
    private const ushort Binary = 63;
    private const ushort Utf8Mb4GeneralCi = 45;
    private const uint BytesPerCharacter = 4;
    private const byte AnyDecimals = 39;
    private const ushort NotNullFlag = 0x01;
    private const ushort BinaryFlag = 0x80;
    private const byte FixedLength = 12;

    private bool IsText => Type == ColumnType.VarString;

    /// <summary>True if its values may be NULL.</summary>
    public bool IsNullable { get; init; }

    /// <summary>Digits after the point.</summary>
    public byte Decimals { get; init; }

    /// <summary>A column of text in UTF-8.</summary>
    public static ResultColumn Text(string name, int characters) =>
        new(name, ColumnType.VarString, (uint)characters * BytesPerCharacter) { Decimals = AnyDecimals };

    /// <summary>A column of numbers.</summary>
    public static ResultColumn Number(string name, ColumnType type, uint length) => new(name, type, length);

    /// <summary>The payload of its definition, as a client with these capabilities reads it.</summary>
    public byte[] ToPayload(Capabilities client)
    {
        var name = Encoding.UTF8.GetBytes(Name);
        var writer = new WireWriter(new byte[32 + name.Length]);
        writer.LengthEncodedBytes("def"u8);
        writer.LengthEncodedBytes(default);
        writer.LengthEncodedBytes(default);
        writer.LengthEncodedBytes(default);
        writer.LengthEncodedBytes(name);
        writer.LengthEncodedBytes(default);
        if ((client & Capabilities.MariaDbExtendedMetadata) != 0)
        {
            writer.LengthEncodedBytes(default);
        }

        writer.LengthEncoded(FixedLength);
        writer.UInt16(IsText ? Utf8Mb4GeneralCi : Binary);
        writer.UInt32(Length);
        writer.Byte((byte)Type);
        writer.UInt16((ushort)((IsNullable ? 0 : NotNullFlag) | (IsText ? 0 : BinaryFlag)));
        writer.Byte(Decimals);
        writer.Zeros(2);
        return writer.Written.ToArray();
    }
}
