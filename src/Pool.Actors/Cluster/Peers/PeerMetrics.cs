using Pool.Actors.Telemetry;

namespace Pool.Actors.Cluster.Peers;

/// <summary>What is counted of a node's connections to its peers.</summary>
public sealed class PeerMetrics
{
    /// <summary>Connections of other nodes that proved who they are, and are served.</summary>
    public Counter Accepted { get; } = new();

    /// <summary>Connections that were not served, by reason.</summary>
    public CounterSet Refused { get; } = new("reason");

    /// <summary>Connections opened to other nodes.</summary>
    public Counter Opened { get; } = new();

    /// <summary>Connections to other nodes, and questions, that came to nothing, by reason.</summary>
    public CounterSet Failed { get; } = new("reason");

    /// <summary>Questions of other nodes answered, by kind.</summary>
    public CounterSet Answered { get; } = new("kind");

    /// <summary>How long answers of other nodes took, also those that did not come.</summary>
    public Histogram AskSeconds { get; } = new();
}
