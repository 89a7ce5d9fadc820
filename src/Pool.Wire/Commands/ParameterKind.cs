namespace Pool.Wire.Commands;

/// <summary>
/// What a parameter was bound as, as far as MySQL (from 8.0.22) tells types apart. There the type of a parameter that the text leaves
/// open is that of the first value, and later values are converted to it unless theirs is stronger; nothing is undone when weaker
/// values come again. So a prepared statement remembers what was bound before. Seen on 9.7; MariaDB has no such memory.
/// </summary>
public enum ParameterKind : byte
{
    /// <summary>NULL, which has no type.</summary>
    None,

    /// <summary>Texts and bytes; also a parameter that was never bound.</summary>
    Text,

    /// <summary>Signed integers.</summary>
    Signed,

    /// <summary>Unsigned integers.</summary>
    Unsigned,

    /// <summary>DECIMAL.</summary>
    Decimal,

    /// <summary>FLOAT and DOUBLE.</summary>
    Double,

    /// <summary>DATE.</summary>
    Date,

    /// <summary>DATETIME and TIMESTAMP.</summary>
    DateTime,

    /// <summary>TIME.</summary>
    Time,
}

/// <summary>How kinds follow from types, and from each other.</summary>
public static class ParameterKinds
{
    private const byte UnsignedFlag = 0x80;

    /// <summary>The kind of a type, given by its two bytes in the packet.</summary>
    public static ParameterKind Of(byte type, byte flags) => type switch
    {
        0x06 => ParameterKind.None,
        0x01 or 0x02 or 0x03 or 0x08 or 0x09 or 0x0D => (flags & UnsignedFlag) != 0 ? ParameterKind.Unsigned : ParameterKind.Signed,
        0x00 or 0xF6 => ParameterKind.Decimal,
        0x04 or 0x05 => ParameterKind.Double,
        0x0A or 0x0E => ParameterKind.Date,
        0x07 or 0x0C or 0x11 or 0x12 => ParameterKind.DateTime,
        0x0B or 0x13 => ParameterKind.Time,
        _ => ParameterKind.Text,
    };

    /// <summary>What a parameter is once it was bound as <paramref name="bound"/>, if it was <paramref name="before"/>.</summary>
    public static ParameterKind After(ParameterKind before, ParameterKind bound)
    {
        if (bound is ParameterKind.None or ParameterKind.Text)
        {
            return before;
        }

        var keeps = before switch
        {
            ParameterKind.Decimal => bound is ParameterKind.Signed or ParameterKind.Unsigned,
            ParameterKind.Double => bound < ParameterKind.Date,
            ParameterKind.Date => bound < ParameterKind.Date,
            ParameterKind.DateTime => true,
            ParameterKind.Time => bound != ParameterKind.Date,
            _ => false,
        };
        return keeps ? before : bound;
    }
}
