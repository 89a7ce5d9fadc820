namespace Pool.Wire.Statements;

/// <summary>What a piece of a statement's text is.</summary>
internal enum TokenKind : byte
{
    None,
    Word,
    Number,
    QuotedName,
    String,
    Open,
    Close,
    Comma,
    Semicolon,
    Dot,
    At,
    SystemAt,
    Other,
}

/// <summary>One piece of a statement's text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Word">What is known of it, when it is a word, or the quoted name of a table of variables.</param>
/// <param name="Glued">No white space or comment lies between the token before and this one.</param>
/// <param name="Start">Offset of its first byte; meaningful when the text came in one chunk.</param>
/// <param name="End">Offset after its last byte; meaningful when the text came in one chunk.</param>
internal readonly record struct Token(TokenKind Kind, Word Word, bool Glued, int Start, int End)
{
    /// <summary>The keyword that it is, if it is one.</summary>
    public Keyword Keyword => Word.Keyword;
}

/// <summary>What the vocabulary says of a word.</summary>
/// <param name="Keyword">The keyword that some rule asks for, or <see cref="Keyword.None"/>.</param>
/// <param name="Known">The grammar or the built-in functions own the word: written unquoted, it calls no stored function.</param>
internal readonly record struct Word(Keyword Keyword, bool Known);
