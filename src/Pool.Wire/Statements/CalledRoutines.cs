namespace Pool.Wire.Statements;

/// <summary>The routines that a client's statement calls itself: by CALL, and functions that are not built in.</summary>
public static class CalledRoutines
{
    /// <summary>
    /// Adds them to <paramref name="names"/>; some may be no routines (a table before a parenthesis). False when the text cannot be
    /// read for certain.
    /// </summary>
    public static bool TryCollect(ReadOnlySpan<byte> sql, LexerMode mode, ICollection<RoutineName> names)
    {
        var tokens = new WholeText(sql, mode);
        var finder = new CallFinder(sql, mode);
        var before = default(Context);
        for (var token = tokens.Next(); token.Kind != TokenKind.None; token = tokens.Next())
        {
            finder.Take(token, before, out var call);
            Add(names, call);
            before.Add(token);
        }

        Add(names, finder.End());
        return !tokens.Opaque;
    }

    private static void Add(ICollection<RoutineName> names, RoutineName? call)
    {
        if (call is { } found)
        {
            names.Add(found);
        }
    }
}
