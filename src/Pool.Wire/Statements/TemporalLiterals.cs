using System.Text;

namespace Pool.Wire.Statements;

/// <summary>
/// Finds literals of dates and times. MySQL converts them while it reads a statement, under the sql_mode and the time_zone that hold
/// before the statement's hints do.
/// <see href="https://dev.mysql.com/doc/refman/9.0/en/date-and-time-literals.html"/>
/// </summary>
public static class TemporalLiterals
{
    /// <summary>False if it is certain that <paramref name="sql"/> has none, neither as <c>DATE '..'</c> nor as <c>{d '..'}</c>.</summary>
    public static bool MayBeIn(ReadOnlySpan<byte> sql, LexerMode mode)
    {
        var tokens = new WholeText(sql, mode);
        var isTyped = false;
        for (var token = tokens.Next(); token.Kind != TokenKind.None; token = tokens.Next())
        {
            var isText = token.Kind is TokenKind.String or TokenKind.QuotedName;
            if ((isTyped && isText) || (token.Kind == TokenKind.Other && sql[token.Start] == '{'))
            {
                return true;
            }

            isTyped = token.Kind == TokenKind.Word && IsType(sql[token.Start..token.End]);
        }

        return tokens.Opaque;
    }

    private static bool IsType(ReadOnlySpan<byte> word) =>
        Ascii.EqualsIgnoreCase(word, "date"u8) || Ascii.EqualsIgnoreCase(word, "time"u8) || Ascii.EqualsIgnoreCase(word, "timestamp"u8);
}
