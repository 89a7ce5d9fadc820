namespace Pool.Wire.Statements;

/// <summary>The names in a statement, whatever they name: every word and every quoted name.</summary>
public static class MentionedNames
{
    /// <summary>Says if a name is one of those that are sought.</summary>
    /// <param name="name">A name as <see cref="FoldedName"/> has it; valid only during the call.</param>
    public delegate bool Test(ReadOnlySpan<char> name);

    /// <summary>
    /// True if <paramref name="isSought"/> is true of a name in <paramref name="sql"/>, or if the text cannot be read for certain.
    /// </summary>
    public static bool Any(ReadOnlySpan<byte> sql, LexerMode mode, Test isSought)
    {
        Span<char> space = stackalloc char[FoldedName.MaxLength];
        var tokens = new WholeText(sql, mode);
        var before = default(Token);
        for (var token = tokens.Next(); token.Kind != TokenKind.None; before = token, token = tokens.Next())
        {
            if (token.Kind is not (TokenKind.Word or TokenKind.QuotedName))
            {
                continue;
            }

            var isDoubledQuote = token.Glued && token.Kind == TokenKind.QuotedName && before.Kind == TokenKind.QuotedName;
            if (isSought(FoldedName.Fold(FoldedName.Bytes(sql, token), space)) || (isDoubledQuote && isSought(FoldedName.Odd)))
            {
                return true;
            }
        }

        return tokens.Opaque;
    }
}
