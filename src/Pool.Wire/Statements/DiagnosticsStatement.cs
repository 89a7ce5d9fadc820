using System.Buffers.Text;

namespace Pool.Wire.Statements;

/// <summary>SHOW WARNINGS and SHOW ERRORS, which a session can answer from its own record.</summary>
public static class DiagnosticsStatement
{
    /// <summary>
    /// Reads <c>SHOW WARNINGS|ERRORS [LIMIT [offset,] n | LIMIT n OFFSET offset]</c> and <c>SHOW COUNT(*) WARNINGS|ERRORS</c>.
    /// False for everything else, and for anything behind it.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> sql, LexerMode mode, out DiagnosticsRequest request)
    {
        request = default;
        var tokens = new TokenReader(sql, mode);
        if (!tokens.TryTake("show"u8))
        {
            return false;
        }

        var counts = tokens.Is("count"u8);
        if (counts && !TakeCount(ref tokens))
        {
            return false;
        }

        var ofErrors = tokens.TryTake("errors"u8);
        if (!ofErrors && !tokens.TryTake("warnings"u8))
        {
            return false;
        }

        var (offset, limit) = (0UL, ulong.MaxValue);
        if (tokens.TryTake("limit"u8) && (counts || !TryReadLimit(ref tokens, out offset, out limit)))
        {
            return false;
        }

        request = new DiagnosticsRequest(ofErrors, counts, offset, limit);
        return tokens.Ends();
    }

    private static bool TakeCount(ref TokenReader tokens)
    {
        tokens.Step();
        var glued = tokens.Now.Glued && tokens.TryTake(TokenKind.Open) && tokens.Symbol == '*';
        tokens.Step();
        return tokens.TryTake(TokenKind.Close) && glued;
    }

    private static bool TryReadLimit(ref TokenReader tokens, out ulong offset, out ulong limit)
    {
        offset = 0;
        if (!TryReadNumber(ref tokens, out limit))
        {
            return false;
        }

        if (tokens.TryTake(TokenKind.Comma))
        {
            offset = limit;
            return TryReadNumber(ref tokens, out limit);
        }

        return !tokens.TryTake("offset"u8) || TryReadNumber(ref tokens, out offset);
    }

    private static bool TryReadNumber(ref TokenReader tokens, out ulong number)
    {
        var text = tokens.Text;
        var isNumber = Utf8Parser.TryParse(text, out number, out var read) && read == text.Length;
        return tokens.TryTake(TokenKind.Number) && isNumber;
    }
}
