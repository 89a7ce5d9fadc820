namespace Pool.Wire.Statements;

/// <summary>What a byte can begin, between tokens.</summary>
internal enum ByteClass : byte
{
    Other,
    Space,
    Word,
    Quote,
    DoubleQuote,
    Backtick,
    Dash,
    Hash,
    Slash,
    Star,
    At,
    Open,
    Close,
    Comma,
    Semicolon,
    Dot,
}

/// <summary>The class of every byte.</summary>
internal static class ByteClasses
{
    /// <summary>By byte value. Letters, digits, <c>_</c>, <c>$</c> and everything above ASCII make words.</summary>
    public static readonly ByteClass[] Of = Build();

    /// <summary>White space as the server's lexer sees it.</summary>
    public static bool IsSpace(byte value) => value is (byte)' ' or (>= (byte)'\t' and <= (byte)'\r');

    private static ByteClass[] Build()
    {
        var of = new ByteClass[256];
        for (var value = 0; value < of.Length; value++)
        {
            var isWord = value >= 0x80 || char.IsAsciiLetterOrDigit((char)value) || value is '_' or '$';
            of[value] = isWord ? ByteClass.Word : IsSpace((byte)value) ? ByteClass.Space : ByteClass.Other;
        }

        of['\''] = ByteClass.Quote;
        of['"'] = ByteClass.DoubleQuote;
        of['`'] = ByteClass.Backtick;
        of['-'] = ByteClass.Dash;
        of['#'] = ByteClass.Hash;
        of['/'] = ByteClass.Slash;
        of['*'] = ByteClass.Star;
        of['@'] = ByteClass.At;
        of['('] = ByteClass.Open;
        of[')'] = ByteClass.Close;
        of[','] = ByteClass.Comma;
        of[';'] = ByteClass.Semicolon;
        of['.'] = ByteClass.Dot;
        return of;
    }
}
