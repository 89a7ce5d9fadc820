namespace Pool.Wire.Statements;

/// <summary>
/// The SELECTs of drivers that read nothing but variables of the server: <c>SELECT @@version_comment LIMIT 1</c>.
/// </summary>
public static class ConstantRead
{
    /// <summary>
    /// Says whether <paramref name="sql"/> is one SELECT of variables, VERSION(), numbers and texts, with or without
    /// aliases and LIMIT. Adds to <paramref name="variables"/> what it reads, in lower case and without scope, but with
    /// <c>global.</c> before what it names as global; a variable without scope may still exist globally only, which the caller
    /// must know. The list means nothing after <see cref="Constancy.No"/>.
    /// </summary>
    public static Constancy Inspect(ReadOnlySpan<byte> sql, LexerMode mode, ICollection<string> variables)
    {
        var tokens = new TokenReader(sql, mode);
        if (!tokens.TryTake("select"u8))
        {
            return Constancy.No;
        }

        var constancy = Constancy.Session;
        do
        {
            if (!TryReadItem(ref tokens, variables, ref constancy) || !TryReadAlias(ref tokens))
            {
                return Constancy.No;
            }
        }
        while (tokens.TryTake(TokenKind.Comma));

        if (tokens.TryTake("limit"u8) && !tokens.TryTake(TokenKind.Number))
        {
            return Constancy.No;
        }

        return tokens.Ends() && !tokens.HasSpecialComment ? constancy : Constancy.No;
    }

    private static bool TryReadItem(ref TokenReader tokens, ICollection<string> variables, ref Constancy constancy)
    {
        if (tokens.Now.Kind == TokenKind.SystemAt)
        {
            if (!SystemVariable.TryRead(ref tokens, out var variable) || variable.IsUnsteady)
            {
                return false;
            }

            variables.Add(variable.Listed);
            constancy = variable.Scope == Keyword.Global ? Constancy.WhileGlobalsHold : constancy;
            return true;
        }

        if (tokens.TryTake("version"u8))
        {
            return tokens.TryTake(TokenKind.Open) && tokens.TryTake(TokenKind.Close);
        }

        return tokens.TryTake(TokenKind.Number) || (tokens.Now.Kind == TokenKind.String && TryReadQuoted(ref tokens, 1));
    }

    private static bool TryReadAlias(ref TokenReader tokens)
    {
        if (tokens.TryTake("as"u8))
        {
            return tokens.Now.Kind == TokenKind.Word ? tokens.TryTake(TokenKind.Word) : TryReadQuoted(ref tokens, 1);
        }

        if (tokens.Now.Kind == TokenKind.Word)
        {
            // A word of the grammar's own begins a clause.
            return tokens.Is("limit"u8) || (!tokens.Now.Word.Known && tokens.Now.Keyword == Keyword.None && tokens.TryTake(TokenKind.Word));
        }

        return TryReadQuoted(ref tokens, 0);
    }

    // The pieces of a name or text with doubled quotes in it, of texts in a row, which are one, or of both.
    private static bool TryReadQuoted(ref TokenReader tokens, int least)
    {
        var pieces = 0;
        while (tokens.TryTake(TokenKind.QuotedName) || tokens.TryTake(TokenKind.String))
        {
            pieces++;
        }

        return pieces >= least;
    }
}
