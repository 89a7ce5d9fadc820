namespace Pool.Wire.Statements;

/// <summary>XA statements, as far as it matters what is left of their transaction.</summary>
public static class XaStatement
{
    /// <summary>
    /// True for <c>XA COMMIT ..</c> and <c>XA ROLLBACK ..</c>, a single statement. Where one succeeds, the session has no transaction of
    /// its own: within one, the servers only accept its own number.
    /// </summary>
    public static bool Ends(ReadOnlySpan<byte> sql, LexerMode mode)
    {
        var tokens = new WholeText(sql, mode);
        if (tokens.Next().Keyword != Keyword.Xa || tokens.Next().Keyword is not (Keyword.Commit or Keyword.Rollback))
        {
            return false;
        }

        var token = tokens.Next();
        while (token.Kind is not (TokenKind.None or TokenKind.Semicolon))
        {
            token = tokens.Next();
        }

        return tokens.Next().Kind == TokenKind.None && !tokens.Opaque;
    }
}
