namespace Pool.Actors.Cluster.Shares;

/// <summary>What a node is configured with of one backend's cap. Immutable.</summary>
public sealed record ShareOptions
{
    /// <summary>The backend's name.</summary>
    public required string Backend { get; init; }

    /// <summary>The most connections of all nodes together; the same on all of them.</summary>
    public required int Cap { get; init; }

    /// <summary>The server's users that the pool logs in as when it starts; <see cref="ShareKeeper.Know"/> says what comes later.</summary>
    public required IReadOnlySet<string> Users { get; init; }
}
