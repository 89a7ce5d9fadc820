using System.Buffers.Text;

namespace Pool.Wire.Statements;

/// <summary>KILL of a connection by its number, which the pool carries out itself.</summary>
public static class KillStatement
{
    /// <summary>
    /// Reads <c>KILL [HARD|SOFT] [CONNECTION|QUERY] number</c>; HARD and SOFT are MariaDB's. False for everything else, other
    /// forms of KILL included (USER, QUERY ID, an expression, a number above 64 bits).
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> sql, LexerMode mode, out KillScope scope, out ulong id)
    {
        scope = KillScope.Connection;
        id = 0;
        var tokens = new WholeText(sql, mode);
        var word = tokens.Next();
        if (word.Keyword != Keyword.Kill)
        {
            return false;
        }

        word = tokens.Next();
        if ((mode & LexerMode.MariaDb) != 0 && word.Keyword is Keyword.Hard or Keyword.Soft)
        {
            word = tokens.Next();
        }

        if (word.Keyword is Keyword.Connection or Keyword.Query)
        {
            scope = word.Keyword == Keyword.Query ? KillScope.Query : KillScope.Connection;
            word = tokens.Next();
        }

        var isNumber = word.Kind == TokenKind.Number && Utf8Parser.TryParse(sql[word.Start..word.End], out id, out var read)
            && read == word.End - word.Start;
        var end = tokens.Next();
        while (end.Kind == TokenKind.Semicolon)
        {
            end = tokens.Next();
        }

        return isNumber && end.Kind == TokenKind.None && !tokens.Opaque;
    }
}
