using Pool.Wire.Handshake;
using Pool.Wire.Primitives;

namespace Pool.Wire.Replies;

/// <summary>
/// What a column definition says of a column's type.
/// <see href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_text_resultset_column_definition.html"/>
/// </summary>
/// <param name="Type">Its type.</param>
/// <param name="Length">Its greatest length, in bytes.</param>
/// <param name="IsUnsigned">It is an unsigned number.</param>
/// <param name="CollationId">The collation of its text; 63 for what is not text.</param>
public readonly record struct ColumnDefinition(ColumnType Type, uint Length, bool IsUnsigned, ushort CollationId)
{
    private const ushort Unsigned = 0x20;

    /// <summary>Reads the payload of a column definition.</summary>
    public static WireFault TryRead(ReadOnlySpan<byte> payload, Capabilities capabilities, out ColumnDefinition definition)
    {
        var reader = new WireReader(payload);

        // Catalog, schema, table and its own name, the column's name and its own.
        const int Names = 6;
        var texts = (capabilities & Capabilities.MariaDbExtendedMetadata) != 0 ? Names + 1 : Names;
        for (var i = 0; i < texts; i++)
        {
            reader.LengthEncodedBytes();
        }

        // The length of what follows, which is the same for all, and the character set.
        reader.LengthEncoded();
        var collation = reader.UInt16();
        var length = reader.UInt32();
        var type = (ColumnType)reader.Byte();
        definition = new ColumnDefinition(type, length, (reader.UInt16() & Unsigned) != 0, collation);
        return reader.Fault;
    }
}
