namespace Pool.Actors.Telemetry;

/// <summary>
/// What is counted of the connections to one backend that this node borrows from others, and lends to them. How many there are now is
/// told by the pool's snapshot.
/// </summary>
public sealed class RemoteMetrics
{
    /// <summary>Connections borrowed.</summary>
    public Counter Borrowed { get; } = new();

    /// <summary>Connections lent.</summary>
    public Counter Lent { get; } = new();

    /// <summary>Times that another node was asked and lent nothing, by reason.</summary>
    public CounterSet NotBorrowed { get; } = new("reason");

    /// <summary>Times that this node was asked and lent nothing, by reason.</summary>
    public CounterSet NotLent { get; } = new("reason");

    /// <summary>Loans that ended with their connection, by which side was lost or gave it up.</summary>
    public CounterSet Broken { get; } = new("side");

    /// <summary>From the question to the connection, of those that were borrowed.</summary>
    public Histogram AskSeconds { get; } = new();

    /// <summary>For how long connections were borrowed.</summary>
    public Histogram BorrowedSeconds { get; } = new();

    /// <summary>For how long connections were lent.</summary>
    public Histogram LentSeconds { get; } = new();
}
