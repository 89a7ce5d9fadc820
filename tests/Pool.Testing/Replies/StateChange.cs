using Pool.Wire.Replies;

namespace Pool.Testing.Replies;

/// <summary>Session state changes as servers write them; put together by concatenation.</summary>
public static class StateChange
{
    /// <summary>A system variable has a new value.</summary>
    public static byte[] Variable(string name, string value) =>
        Of(SessionTrackType.SystemVariable, [.. Field.Text(name), .. Field.Text(value)]);

    /// <summary>Another current database.</summary>
    public static byte[] Schema(string name) => Of(SessionTrackType.Schema, Field.Text(name));

    /// <summary>Something changed.</summary>
    public static byte[] Something() => Of(SessionTrackType.StateChange, [(byte)'1']);

    /// <summary>GTIDs.</summary>
    public static byte[] Gtids(string set) => Of(SessionTrackType.Gtids, [0, .. Field.Text(set)]);

    /// <summary>The statements that start the transaction.</summary>
    public static byte[] Characteristics(string sql) => Of(SessionTrackType.TransactionCharacteristics, Field.Text(sql));

    /// <summary>Eight letters.</summary>
    public static byte[] Transaction(string letters) => Of(SessionTrackType.TransactionState, Field.Text(letters));

    /// <summary>A change of any type with these data.</summary>
    public static byte[] Of(SessionTrackType type, ReadOnlySpan<byte> data) => [(byte)type, .. Field.Text(data)];
}
