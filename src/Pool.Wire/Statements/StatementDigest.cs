namespace Pool.Wire.Statements;

/// <summary>The text of a statement for people who may see which statement runs, but none of the data in it.</summary>
public static class StatementDigest
{
    private const string Cut = "...";

    /// <summary>
    /// Writes <paramref name="sql"/> with <c>?</c> for every number and text, without comments, and with one blank for any white
    /// space. Ends with <c>...</c> where it would exceed <paramref name="maxChars"/>, where a password may follow, and where it is
    /// not certain how the server reads the text. Bytes that are not UTF-8 become replacement characters.
    /// </summary>
    public static string Of(ReadOnlySpan<byte> sql, LexerMode mode, int maxChars)
    {
        var text = CertainPart(sql, mode);
        var tokens = new WholeText(text, mode);
        var digest = new DigestBuilder(maxChars - Cut.Length);
        for (var token = tokens.Next(); !tokens.Opaque && token.Kind != TokenKind.None; token = tokens.Next())
        {
            if (!digest.TryAdd(token, text[token.Start..token.End]))
            {
                return digest.Finish(Cut, maxChars);
            }
        }

        return digest.Finish(tokens.Opaque || text.Length < sql.Length ? Cut : "", maxChars);
    }

    // In some character sets a quote or backslash may be the second half of a character, so that nobody knows here where a text ends.
    private static ReadOnlySpan<byte> CertainPart(ReadOnlySpan<byte> sql, LexerMode mode)
    {
        if ((mode & LexerMode.MultiByteUnsafe) != 0)
        {
            var high = sql.IndexOfAnyInRange((byte)0x80, (byte)0xFF);
            return high < 0 ? sql : sql[..high];
        }

        return sql;
    }
}
