namespace Pool.Wire.Statements;

/// <summary>
/// Says what a statement is and whether it may touch session state. Resumable: a long text is fed chunk by chunk, and the
/// answer does not depend on where it was cut. A mutable value that allocates nothing; not thread-safe.
/// </summary>
/// <param name="mode">How the server reads the text.</param>
public struct StatementInspector(LexerMode mode)
{
    private readonly LexerMode _mode = mode;
    private TokenScanner _scanner = new(mode);
    private StatementClassifier _classifier = new(mode);
    private byte _previous;
    private bool _ambiguous;

    /// <summary>Takes the next bytes of the text.</summary>
    public void Feed(ReadOnlySpan<byte> chunk)
    {
        if ((_mode & LexerMode.MultiByteUnsafe) != 0)
        {
            LookForSplitCharacters(chunk);
        }

        LookForOddSpaces(chunk);
        _previous = chunk.IsEmpty ? _previous : chunk[^1];

        var at = 0;
        while (_scanner.Next(chunk, ref at, out var token))
        {
            _classifier.Take(token);
            if (token.Kind == TokenKind.Semicolon)
            {
                _scanner.MayReadDifferently = _classifier.MayHaveSet;
                _scanner.HasComment = false;
            }
        }
    }

    /// <summary>What the text was; the inspector is used up.</summary>
    public StatementFacts Finish()
    {
        if (_scanner.End(0, out var token))
        {
            _classifier.Take(token);
        }

        return _classifier.Finish(_scanner.Opaque || _ambiguous, _scanner.HasComment);
    }

    /// <summary>What <paramref name="sql"/>, a whole text, is.</summary>
    public static StatementFacts Inspect(ReadOnlySpan<byte> sql, LexerMode mode)
    {
        var inspector = new StatementInspector(mode);
        inspector.Feed(sql);
        return inspector.Finish();
    }

    /// <summary>A quote, backtick or backslash after a byte above ASCII may be the second half of a character.</summary>
    private void LookForSplitCharacters(ReadOnlySpan<byte> chunk)
    {
        var previous = _previous;
        foreach (var value in chunk)
        {
            _ambiguous |= previous >= 0x80 && value is (byte)'\\' or (byte)'`' or (byte)'\'' or (byte)'"';
            previous = value;
        }
    }

    /// <summary>
    /// 0xA0 is white space to latin1 and its like, and so ends words that this lexer takes for one. In UTF-8 it never
    /// follows a byte of ASCII.
    /// </summary>
    private void LookForOddSpaces(ReadOnlySpan<byte> chunk)
    {
        var rest = chunk;
        for (var at = rest.IndexOf((byte)0xA0); at >= 0 && !_ambiguous; at = rest.IndexOf((byte)0xA0))
        {
            var before = chunk.Length - rest.Length + at - 1;
            _ambiguous = (before < 0 ? _previous : chunk[before]) < 0x80;
            rest = rest[(at + 1)..];
        }
    }
}
