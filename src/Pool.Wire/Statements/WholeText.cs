namespace Pool.Wire.Statements;

/// <summary>The tokens of a text that is all there, with their places.</summary>
internal ref struct WholeText(ReadOnlySpan<byte> sql, LexerMode mode)
{
    private readonly ReadOnlySpan<byte> _sql = sql;
    private TokenScanner _scanner = new(mode);
    private int _at;
    private bool _ended;

    /// <summary>Some of the text that was read may mean something else to the server.</summary>
    public readonly bool Opaque => _scanner.Opaque;

    /// <summary>The next token, or <see cref="TokenKind.None"/> at the end.</summary>
    public Token Next()
    {
        if (_scanner.Next(_sql, ref _at, out var token))
        {
            return token;
        }

        if (!_ended)
        {
            _ended = true;
            _scanner.End(_sql.Length, out token);
        }

        return token;
    }
}
