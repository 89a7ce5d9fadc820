namespace Pool.Actors.Runtime;

/// <summary>Opens streams to servers: the port to the network.</summary>
public interface IDialer
{
    /// <summary>Resolves the name anew and connects. Never throws for what a network does.</summary>
    ValueTask<DialResult> DialAsync(string host, int port, CancellationToken cancel);
}

/// <summary>A stream, or why there is none.</summary>
/// <param name="Transport">The stream; null on failure.</param>
/// <param name="Failure">What went wrong, in a word; null on success.</param>
public sealed record DialResult(Transport? Transport, string? Failure);
