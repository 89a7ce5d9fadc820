using Pool.Actors.Telemetry;

namespace Pool.Actors.Cluster.Shares;

/// <summary>What is counted of a node's share of one backend. Gauges come from <see cref="ShareKeeper.Snapshot"/>.</summary>
public sealed class ShareMetrics
{
    /// <summary>Places taken from the free ones.</summary>
    public Counter Taken { get; } = new();

    /// <summary>Places given back for others.</summary>
    public Counter GivenBack { get; } = new();

    /// <summary>Places of lost nodes that this node has made free, their connections having ended.</summary>
    public Counter Reclaimed { get; } = new();

    /// <summary>Connections of lost nodes that this node has asked the server to end.</summary>
    public Counter Killed { get; } = new();

    /// <summary>Changes of the ledger, by how they ended.</summary>
    public CounterSet Commits { get; } = new("result");

    /// <summary>Lives in the cluster that were lost.</summary>
    public Counter Lost { get; } = new();
}

/// <summary>A node's share of one backend at one moment, as it knows it.</summary>
/// <param name="Cap">The cap of all nodes together, as this node is configured.</param>
/// <param name="Share">What this node may have.</param>
/// <param name="Wanted">What would do for its clients.</param>
/// <param name="Free">What nobody has; -1 while that is not known.</param>
/// <param name="Refusal">Why the node gets no share, for operators; null otherwise.</param>
public sealed record ShareSnapshot(int Cap, int Share, int Wanted, int Free, string? Refusal);
