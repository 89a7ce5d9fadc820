namespace Pool.Wire.Statements;

/// <summary>SHOW PROCESSLIST, which the pool answers with its sessions.</summary>
public static class ProcessListStatement
{
    /// <summary>Reads <c>SHOW [FULL] PROCESSLIST</c>. False for everything else, and for anything behind it.</summary>
    public static bool TryParse(ReadOnlySpan<byte> sql, LexerMode mode, out bool isFull)
    {
        var tokens = new TokenReader(sql, mode);
        var shows = tokens.TryTake("show"u8);
        isFull = tokens.TryTake("full"u8);
        return shows && tokens.TryTake("processlist"u8) && tokens.Ends();
    }
}
