using System.Globalization;
using System.Text;
using Pool.Wire.Replies;

namespace Pool.Actors.Sessions.UserVariables;

/// <summary>
/// A user variable with its value, as the part of a SET statement that gives it just that value: type, scale, character set,
/// collation, and the type that a NULL had before. Immutable; equal texts mean equal values.
/// </summary>
/// <param name="Name">The name in lower case, plain ASCII.</param>
/// <param name="Assignment">What goes behind SET: ASCII, without double quotes and backslashes, so that it means the same in every sql_mode and character set.</param>
public sealed record UserVariable(string Name, string Assignment)
{
    // How MariaDB's metadata tells a variable that was never set from one that is NULL.
    private const uint LengthOfUndefined = 16_777_216;

    /// <summary>The variable as it is read: NULL, and no more than that can be done to a variable that was set.</summary>
    public static UserVariable Cleared(string name) => new(name, Null(Quoted(name), "_binary x''"));

    /// <summary>The variable while nobody knows its value; equal to no other.</summary>
    public static UserVariable Unknown(string name) => new(name, "");

    /// <summary>The name as it is written in any sql_mode.</summary>
    public static string Quoted(string name) => $"@`{name}`";

    /// <summary>
    /// The variable whose column and value these are. False if no statement can give a variable this value. The answer is null if the
    /// variable does not exist.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="column">The column of the variable itself.</param>
    /// <param name="text">The variable as the text protocol writes it, in the session's character set; null for NULL.</param>
    /// <param name="bytes">The bytes of a string, in its own character set.</param>
    /// <param name="collation">The collation of a string.</param>
    /// <param name="variable">The variable.</param>
    public static bool TryRead(string name, ColumnDefinition column, byte[]? text, byte[]? bytes, string collation, out UserVariable? variable)
    {
        variable = null;
        if (text is null && (column.Type == ColumnType.VarString || (column.Type == ColumnType.LongBlob && column.Length == LengthOfUndefined)))
        {
            return true;
        }

        // MariaDB writes numbers in character_set_results too, and so with zero bytes in some.
        var number = text is null ? "" : Encoding.ASCII.GetString(text).Replace("\0", "", StringComparison.Ordinal);
        var (literal, typed) = column.Type switch
        {
            ColumnType.LongLong when column.IsUnsigned => ($"CAST({number} AS UNSIGNED)", "CAST(1 AS UNSIGNED)"),
            ColumnType.LongLong => (number, "1"),

            // A point, even with nothing behind it, makes it a decimal; an exponent makes it a double.
            ColumnType.NewDecimal => (number.Contains('.', StringComparison.Ordinal) ? number : $"{number}.", "1."),
            ColumnType.Double => (number.Contains('e', StringComparison.OrdinalIgnoreCase) ? number : $"{number}e0", "1e0"),
            ColumnType.MediumBlob or ColumnType.LongBlob or ColumnType.VarString => (Text(bytes ?? [], collation), Text([], collation)),
            _ => (null, null),
        };
        if (literal is null)
        {
            return false;
        }

        var target = Quoted(name);
        variable = new UserVariable(name, text is null ? Null(target, typed!) : $"{target}={literal}");
        return true;
    }

    // A literal NULL leaves the type as it was.
    private static string Null(string target, string typed) => $"{target}={typed},{target}=NULL";

    private static string Text(byte[] bytes, string collation)
    {
        var set = collation.Split('_')[0];
        var collate = set == collation ? "" : $" COLLATE {collation}";
        return string.Create(CultureInfo.InvariantCulture, $"_{set} x'{Convert.ToHexString(bytes)}'{collate}");
    }
}
