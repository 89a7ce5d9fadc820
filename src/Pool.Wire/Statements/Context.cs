namespace Pool.Wire.Statements;

/// <summary>The tokens just before the next one, as far as the rules look back.</summary>
internal struct Context
{
    private bool _known;

    /// <summary>The kind of the last token.</summary>
    public TokenKind Last { get; private set; }

    /// <summary>The last token's keyword, unless it is quoted, a variable's name, or behind a dot.</summary>
    public Keyword Keyword { get; private set; }

    /// <summary>The kind of the token before the name that ends at the last token; a name may be qualified.</summary>
    public TokenKind BeforeName { get; private set; }

    /// <summary>The keyword before that name.</summary>
    public Keyword KeywordBeforeName { get; private set; }

    /// <summary>The last token is behind a dot.</summary>
    public bool IsQualified { get; private set; }

    /// <summary>The last token is a word of the server's own.</summary>
    public readonly bool IsKnownWord => Last == TokenKind.Word && _known;

    /// <summary>The last token is a name or a text that an account's host may follow: <c>'a'@'b'</c>.</summary>
    public readonly bool MayBeAccount => Last is TokenKind.String or TokenKind.QuotedName || (Last == TokenKind.Word && !_known);

    /// <summary>Moves on by one token.</summary>
    public void Add(in Token token)
    {
        var isName = token.Kind is TokenKind.Word or TokenKind.QuotedName;
        if (isName && Last == TokenKind.Dot)
        {
            IsQualified = true;
        }
        else if (isName && !(token.Kind == TokenKind.QuotedName && Last == TokenKind.QuotedName && token.Glued))
        {
            (BeforeName, KeywordBeforeName, IsQualified) = (Last, Keyword, false);
        }

        Keyword = Last is TokenKind.Dot or TokenKind.At or TokenKind.SystemAt ? Keyword.None : token.Keyword;
        _known = token.Word.Known;
        Last = token.Kind;
    }
}
