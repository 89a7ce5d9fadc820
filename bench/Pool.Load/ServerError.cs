namespace Pool.Load;

/// <summary>The server answered with an error packet, or the stream ended (code -1), or the answer was wrong (code -2).</summary>
internal sealed class ServerError(int code, string text) : Exception($"{code}: {text}")
{
    public const int ConnectionLost = -1;
    public const int WrongAnswer = -2;

    public int Code { get; } = code;
}
