using System.Text;

namespace Pool.Wire.Statements;

/// <summary>The head of a definition: what stands before the words and the body of a routine or a trigger.</summary>
internal static class RoutineHeader
{
    /// <summary>
    /// Passes over it and adds the parameters' names to <paramref name="parameters"/>. False if this is no such definition, or has code in it.
    /// </summary>
    public static bool TrySkip(ReadOnlySpan<byte> sql, ref WholeText tokens, HashSet<string> parameters)
    {
        var token = tokens.Next();
        while (token.Kind != TokenKind.None && token.Keyword is not (Keyword.Procedure or Keyword.Function or Keyword.Trigger))
        {
            token = tokens.Next();
        }

        return token.Keyword == Keyword.Trigger ? SkipToRow(sql, ref tokens) : SkipParameters(sql, ref tokens, parameters);
    }

    /// <summary>True if the token is this word, unquoted, in any case.</summary>
    public static bool Is(ReadOnlySpan<byte> sql, in Token token, ReadOnlySpan<byte> word) =>
        token.Kind == TokenKind.Word && Ascii.EqualsIgnoreCase(sql[token.Start..token.End], word);

    private static bool SkipToRow(ReadOnlySpan<byte> sql, ref WholeText tokens)
    {
        var each = false;
        for (var token = tokens.Next(); token.Kind != TokenKind.None; token = tokens.Next())
        {
            if (each && Is(sql, token, "row"u8))
            {
                return true;
            }

            each = Is(sql, token, "each"u8);
        }

        return false;
    }

    private static bool SkipParameters(ReadOnlySpan<byte> sql, ref WholeText tokens, HashSet<string> parameters)
    {
        var (depth, expects) = (0, false);
        for (var token = tokens.Next(); token.Kind != TokenKind.None; token = tokens.Next())
        {
            depth += token.Kind switch { TokenKind.Open => 1, TokenKind.Close => -1, _ => 0 };
            if (token.Kind == TokenKind.Close && depth == 0)
            {
                return true;
            }

            if (Is(sql, token, "default"u8))
            {
                return false;
            }

            if (depth == 1 && token.Kind is TokenKind.Open or TokenKind.Comma)
            {
                expects = true;
            }
            else if (expects && !(Is(sql, token, "in"u8) || Is(sql, token, "out"u8) || Is(sql, token, "inout"u8)))
            {
                parameters.Add(FoldedName.Of(FoldedName.Bytes(sql, token)));
                expects = false;
            }
        }

        return false;
    }
}
