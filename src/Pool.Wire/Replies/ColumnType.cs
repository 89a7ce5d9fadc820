namespace Pool.Wire.Replies;

/// <summary>
/// The types of columns that the pool itself tells apart; on the wire there are more.
/// <see href="https://dev.mysql.com/doc/dev/mysql-server/latest/field__types_8h.html"/>
/// </summary>
public enum ColumnType : byte
{
    /// <summary>A 32-bit integer.</summary>
    Long = 3,

    /// <summary>A double.</summary>
    Double = 5,

    /// <summary>A 64-bit integer.</summary>
    LongLong = 8,

    /// <summary>A decimal.</summary>
    NewDecimal = 246,

    /// <summary>A text or binary string up to 16 MiB.</summary>
    MediumBlob = 250,

    /// <summary>A text or binary string up to 4 GiB.</summary>
    LongBlob = 251,

    /// <summary>A text or binary string up to 64 KiB.</summary>
    VarString = 253,

    /// <summary>A geometry.</summary>
    Geometry = 255,
}
