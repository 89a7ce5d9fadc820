using System.Text;

namespace Pool.Wire.Statements;

/// <summary>Reads the tokens of a whole text with one more in sight, for parsers that know what they expect.</summary>
internal ref struct TokenReader
{
    private readonly ReadOnlySpan<byte> _sql;
    private readonly LexerMode _mode;
    private WholeText _tokens;

    public TokenReader(ReadOnlySpan<byte> sql, LexerMode mode)
    {
        _sql = sql;
        _mode = mode;
        _tokens = new WholeText(sql, mode);
        Now = _tokens.Next();
        Next = _tokens.Next();
    }

    /// <summary>The token before.</summary>
    public Token Before { get; private set; }

    /// <summary>The token to look at; <see cref="TokenKind.None"/> at the end.</summary>
    public Token Now { get; private set; }

    /// <summary>The token after it.</summary>
    public Token Next { get; private set; }

    /// <summary>The bytes of <see cref="Now"/>.</summary>
    public readonly ReadOnlySpan<byte> Text => TextOf(Now);

    /// <summary>Some comment is code, or a hint.</summary>
    public readonly bool HasSpecialComment => _sql.IndexOf("/*!"u8) >= 0 || _sql.IndexOf("/*M!"u8) >= 0 || _sql.IndexOf("/*+"u8) >= 0;

    /// <summary>The bytes of one of its tokens.</summary>
    public readonly ReadOnlySpan<byte> TextOf(Token token) => _sql[token.Start..token.End];

    /// <summary>Moves on by one token.</summary>
    public void Step() => (Before, Now, Next) = (Now, Next, _tokens.Next());

    /// <summary>Moves past <paramref name="kind"/>, if that is here.</summary>
    public bool TryTake(TokenKind kind)
    {
        var taken = Now.Kind == kind;
        if (taken)
        {
            Step();
        }

        return taken;
    }

    /// <summary>Moves past the word <paramref name="lower"/>, in any letter case, if that is here.</summary>
    public bool TryTake(ReadOnlySpan<byte> lower)
    {
        var taken = Is(lower);
        if (taken)
        {
            Step();
        }

        return taken;
    }

    /// <summary>The unquoted word <paramref name="lower"/>, in any letter case, is here.</summary>
    public readonly bool Is(ReadOnlySpan<byte> lower) => Now.Kind == TokenKind.Word && Ascii.EqualsIgnoreCase(Text, lower);

    /// <summary>The one byte of <see cref="Now"/>, when it is neither word nor name nor text; else 0.</summary>
    public readonly byte Symbol => Now.Kind == TokenKind.Other ? _sql[Now.Start] : (byte)0;

    /// <summary>The bytes of <see cref="Now"/> in lower case; no more of a word than is longer than any name.</summary>
    public readonly string Lower()
    {
        const int LongestName = 64;
        var text = Text;
        return Encoding.Latin1.GetString(text.Length > LongestName ? text[..(LongestName + 1)] : text).ToLowerInvariant();
    }

    /// <summary>
    /// True when nothing follows but semicolons, and the whole text means to the server what it means here.
    /// </summary>
    public bool Ends()
    {
        while (Now.Kind == TokenKind.Semicolon)
        {
            Step();
        }

        return Now.Kind == TokenKind.None && !_tokens.Opaque && StatementInspector.Inspect(_sql, _mode).Kind != StatementKind.Unknown;
    }
}
