namespace Pool.Actors.Backends;

/// <summary>How a statement of the pool's own went.</summary>
/// <param name="ErrorCode">The server's error, 0 for none, -1 when the connection failed.</param>
/// <param name="ErrorText">The server's words, or what failed; null on success.</param>
/// <param name="Rows">The text rows of the (first) result set; a NULL is a null.</param>
/// <param name="Packets">The packets of the reply, as the connection got them.</param>
public sealed record QueryResult(int ErrorCode, string? ErrorText, IReadOnlyList<IReadOnlyList<string?>> Rows, ReadOnlyMemory<byte> Packets = default)
{
    private const int NoSuchThreadCode = 1094;

    /// <summary>True if the server said OK.</summary>
    public bool Succeeded => ErrorCode == 0;

    /// <summary>The server says that there is no thread of the number that a KILL named (ER_NO_SUCH_THREAD).</summary>
    public bool IsNoSuchThread => ErrorCode == NoSuchThreadCode;

    /// <summary>How many warnings it left.</summary>
    public int Warnings { get; init; }

    /// <summary>It is known, without the server's word, that there is no such thread.</summary>
    public static QueryResult NoSuchThread(string why) => new(NoSuchThreadCode, why, []);

    /// <summary>The connection itself failed.</summary>
    public static QueryResult Broken(string why) => new(-1, why, []);
}
