using System.Globalization;
using System.Text;
using Pool.Wire.Commands;

namespace Pool.Live.Tests.Twin;

/// <summary>What a client does next, independent of the connection that it does it on.</summary>
internal abstract record TwinCommand
{
    /// <summary>COM_QUERY.</summary>
    internal sealed record Query(string Sql) : TwinCommand
    {
        public override string ToString() => $"{Sql};";
    }

    /// <summary>A command without arguments, or with some that are the same on every connection.</summary>
    internal sealed record Plain(CommandCode Code, byte[] Arguments) : TwinCommand
    {
        public override string ToString() => $"COM_{Code} {Encoding.Latin1.GetString(Arguments)}";
    }

    /// <summary>All session variables, without those of <see cref="KnownDifferences.Variables"/>.</summary>
    internal sealed record Dump : TwinCommand
    {
        public override string ToString() => "SHOW SESSION VARIABLES; -- compared by row";
    }

    /// <summary>COM_STMT_PREPARE into a slot of the client's own, whose former statement is forgotten.</summary>
    internal sealed record Prepare(int Slot, string Sql) : TwinCommand
    {
        public override string ToString() => $"#{Slot} = COM_STMT_PREPARE {Sql}";
    }

    /// <summary>COM_STMT_EXECUTE of a slot; nothing if that is empty, or for another number of parameters.</summary>
    internal sealed record Execute(int Slot, TwinParameter[] Parameters, bool WithTypes, bool WithCursor) : TwinCommand
    {
        public override string ToString() =>
            $"COM_STMT_EXECUTE #{Slot} ({string.Join(", ", (object[])Parameters)}){(WithTypes ? "" : " without types")}{(WithCursor ? " with a cursor" : "")}";
    }

    /// <summary>A command about a slot: close, reset, fetch, long data.</summary>
    internal sealed record OfSlot(CommandCode Code, int Slot, byte[] Arguments) : TwinCommand
    {
        public override string ToString() => $"COM_{Code} #{Slot} {Convert.ToHexString(Arguments)}";
    }

    /// <summary>The client leaves and comes back.</summary>
    internal sealed record Reconnect : TwinCommand
    {
        public override string ToString() => "-- disconnect; connect";
    }
}

/// <summary>A parameter as it is sent.</summary>
/// <param name="Type">The protocol's type.</param>
/// <param name="Value">The encoded value; null for NULL.</param>
internal sealed record TwinParameter(ushort Type, byte[]? Value)
{
    private const ushort LongLong = 8, Double = 5, VarString = 253, Null = 6, Blob = 252;

    public static TwinParameter Of(long value) => new(LongLong, BitConverter.GetBytes(value));

    public static TwinParameter Of(double value) => new(Double, BitConverter.GetBytes(value));

    public static TwinParameter Of(string value) => new(VarString, [(byte)Encoding.UTF8.GetByteCount(value), .. Encoding.UTF8.GetBytes(value)]);

    public static TwinParameter OfBytes(params byte[] value) => new(Blob, [(byte)value.Length, .. value]);

    public static TwinParameter Nothing { get; } = new(Null, null);

    /// <summary>The same value was sent before, by COM_STMT_SEND_LONG_DATA.</summary>
    public static TwinParameter SentBefore { get; } = new(Blob, []);

    /// <summary>It is neither text nor NULL.</summary>
    public bool IsNumber => Type is LongLong or Double;

    public override string ToString() => Value is null ? "NULL" : Type switch
    {
        LongLong => BitConverter.ToInt64(Value).ToString(CultureInfo.InvariantCulture),
        Double => BitConverter.ToDouble(Value).ToString(CultureInfo.InvariantCulture),
        _ when Value.Length == 0 => "as sent before",
        _ => $"'{Encoding.UTF8.GetString(Value.AsSpan(1))}'",
    };
}
