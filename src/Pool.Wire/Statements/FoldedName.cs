using System.Text;

namespace Pool.Wire.Statements;

/// <summary>
/// Names of routines, tables and schemas in a form in which names that a server may take for the same are the same: ASCII in
/// lower case. All names with other characters (whose comparison is the collation's business), and all with quotes inside,
/// become <see cref="Odd"/>, which is equal to each of them and says nothing certain.
/// </summary>
public static class FoldedName
{
    /// <summary>Stands for every name that is not plain ASCII without quotes.</summary>
    public const string Odd = "\u0001";

    /// <summary>No server has longer names, in characters; what is longer is <see cref="Odd"/>.</summary>
    public const int MaxLength = 128;

    /// <summary>The form of a name that a server told.</summary>
    public static string Of(string name) =>
        name.Length > MaxLength || !Ascii.IsValid(name) || name.AsSpan().ContainsAny("`\"'\u0001") ? Odd : name.ToLowerInvariant();

    /// <summary>The form of a name as bytes of a statement, without quotes around it.</summary>
    internal static string Of(ReadOnlySpan<byte> name)
    {
        Span<char> folded = stackalloc char[MaxLength];
        return new string(Fold(name, folded));
    }

    /// <summary>As <see cref="Of(ReadOnlySpan{byte})"/>, into <paramref name="space"/>, which has <see cref="MaxLength"/> characters.</summary>
    internal static ReadOnlySpan<char> Fold(ReadOnlySpan<byte> name, Span<char> space)
    {
        if (name.Length > MaxLength || name.ContainsAny("`\"'\u0001"u8) || !Ascii.IsValid(name))
        {
            return Odd;
        }

        Ascii.ToLower(name, space, out var length);
        return space[..length];
    }

    /// <summary>The bytes of a name's token, without its quotes.</summary>
    internal static ReadOnlySpan<byte> Bytes(ReadOnlySpan<byte> sql, in Token token)
    {
        var text = sql[token.Start..token.End];
        return token.Kind == TokenKind.QuotedName && text.Length >= 2 ? text[1..^1] : text;
    }
}
