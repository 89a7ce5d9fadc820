namespace Pool.Wire.Statements;

/// <summary>
/// What decides how a server reads the text of a statement: bits of the session's sql_mode, its character set, its flavour.
/// </summary>
[Flags]
public enum LexerMode : byte
{
    /// <summary>MySQL with the default sql_mode and a character set that contains ASCII only as ASCII.</summary>
    None = 0,

    /// <summary>ANSI_QUOTES is on: a double-quoted text is an identifier.</summary>
    AnsiQuotes = 1,

    /// <summary>NO_BACKSLASH_ESCAPES is on: a backslash in a string is itself.</summary>
    NoBackslashEscapes = 2,

    /// <summary>The server is MariaDB: <c>/*M! */</c> is code, and its own words are known.</summary>
    MariaDb = 4,

    /// <summary>
    /// The client's character set is gbk, big5, sjis, cp932 or gb18030: a backslash or a backtick may be half of a character.
    /// </summary>
    MultiByteUnsafe = 8,
}
