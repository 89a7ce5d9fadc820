using System.Buffers;
using System.Text;

namespace Pool.Wire.Statements;

/// <summary>
/// The names of the user variables in a text: <c>@a</c>, <c>@a.b$c</c>, <c>@'a b'</c>, <c>@"a"</c>, <c>@`a`</c>.
/// <see href="https://dev.mysql.com/doc/refman/9.0/en/user-variables.html"/>
/// </summary>
public static class UserVariableNames
{
    private const int LongestName = 64;

    private static readonly SearchValues<byte> s_plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._$"u8);

    // No quotes and no backslash: whether they end or escape something is the mode's business.
    private static readonly SearchValues<byte> s_quoted = SearchValues.Create(
        " !#$%&()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz{|}~"u8);

    /// <summary>
    /// Adds the name of every user variable that <paramref name="sql"/> mentions, in lower case, to <paramref name="names"/>, which
    /// may get the same name more than once. False if some cannot be known: a text that is opaque, runs another text, clears or
    /// lists all variables, or has a name that is not plain ASCII or that quoting makes doubtful. Stored code that the text calls is
    /// the caller's business.
    /// </summary>
    /// <param name="sql">The whole text.</param>
    /// <param name="mode">How the server reads it.</param>
    /// <param name="names">Where the names go.</param>
    /// <param name="mayAssign">False if it is certain that the text only reads the variables.</param>
    public static bool TryCollect(ReadOnlySpan<byte> sql, LexerMode mode, ICollection<string> names, out bool mayAssign)
    {
        var tokens = new WholeText(sql, mode);
        var before = default(Context);
        var last = Keyword.None;
        var begins = true;
        mayAssign = false;
        for (var token = tokens.Next(); token.Kind != TokenKind.None; token = tokens.Next())
        {
            if (token.Keyword is Keyword.UserVariables or Keyword.UserVariablesByThread or Keyword.Execute or Keyword.Prepare or Keyword.Deallocate)
            {
                return false;
            }

            // An assignment is a SET, a ":=", or "INTO @a"; in LOAD, CALL and the like a mere name is one.
            mayAssign |= (begins && !OnlyReads(token)) || (token.Kind == TokenKind.Other && sql[token.Start] == (byte)':')
                || (token.Kind == TokenKind.At && last == Keyword.Into);
            if (token.Kind == TokenKind.At && !(token.Glued && before.MayBeAccount))
            {
                if (Name(sql[token.End..]) is not { } name)
                {
                    return false;
                }

                names.Add(name);
            }

            begins = token.Kind == TokenKind.Semicolon || (begins && token.Kind == TokenKind.Open);
            last = token.Keyword;
            before.Add(token);
        }

        return !tokens.Opaque;
    }

    /// <summary>
    /// The names of the variables that GET DIAGNOSTICS, all of whose names are known, takes a condition's number from. It assigns to the others.
    /// </summary>
    public static IReadOnlyCollection<string> NumbersOfConditions(ReadOnlySpan<byte> sql, LexerMode mode)
    {
        var tokens = new WholeText(sql, mode);
        var names = new List<string>();
        var isNumber = false;
        for (var token = tokens.Next(); token.Kind != TokenKind.None; token = tokens.Next())
        {
            if (isNumber && token.Kind == TokenKind.At && Name(sql[token.End..]) is { } name)
            {
                names.Add(name);
            }

            isNumber = token.Kind == TokenKind.Word && Ascii.EqualsIgnoreCase(sql[token.Start..token.End], "condition"u8);
        }

        return names;
    }

    private static bool OnlyReads(in Token first) => first.Kind == TokenKind.Open || first.Keyword is Keyword.Select or Keyword.With
        or Keyword.Table or Keyword.Values or Keyword.Insert or Keyword.Replace or Keyword.Update or Keyword.Delete or Keyword.Do;

    // What stands directly behind the sign; a sign with nothing behind it is a variable without a name.
    private static string? Name(ReadOnlySpan<byte> rest)
    {
        ReadOnlySpan<byte> name;
        if (rest is [(byte)'\'' or (byte)'"' or (byte)'`', ..])
        {
            var quote = rest[0];
            var end = rest[1..].IndexOf(quote);
            var isDoubled = end >= 0 && end + 2 < rest.Length && rest[end + 2] == quote;
            name = end < 0 || isDoubled ? default : rest.Slice(1, end);
        }
        else
        {
            var end = rest.IndexOfAnyExcept(s_plain);
            name = end < 0 ? rest : rest[end] < 0x80 ? rest[..end] : default;
        }

        // The servers compare names without regard to case and to blanks at the end.
        return name.IsEmpty || name.Length > LongestName || name.ContainsAnyExcept(s_quoted) || name[^1] == ' '
            ? null
            : Encoding.ASCII.GetString(name).ToLowerInvariant();
    }
}
