namespace Pool.Actors.Cluster.Peers;

/// <summary>What a connection between nodes is for, as its hello says it.</summary>
public static class PeerPurpose
{
    /// <summary>Questions and answers, one after the other.</summary>
    public const string Questions = "questions";

    private const string PipePrefix = "pipe:";

    /// <summary>A stream for one purpose of its users.</summary>
    public static string Pipe(string purpose) => PipePrefix + purpose;

    /// <summary>The users' purpose of a stream, or null if it is none.</summary>
    public static string? OfPipe(string purpose) => purpose.StartsWith(PipePrefix, StringComparison.Ordinal) ? purpose[PipePrefix.Length..] : null;
}
