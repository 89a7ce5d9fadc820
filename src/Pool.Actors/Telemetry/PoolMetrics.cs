namespace Pool.Actors.Telemetry;

/// <summary>What is counted of one backend's pool. Gauges come from the pool's snapshot, not from here.</summary>
public sealed class PoolMetrics
{
    /// <summary>Leases granted.</summary>
    public Counter Leases { get; } = new();

    /// <summary>Leases of a connection with other settings, which had to be repainted.</summary>
    public Counter Repaints { get; } = new();

    /// <summary>Statements that carried their session's settings in hints, on a connection that was not repainted.</summary>
    public Counter Hinted { get; } = new();

    /// <summary>Statements answered from memory.</summary>
    public Counter Remembered { get; } = new();

    /// <summary>Statements of sessions that had to be prepared on another connection before they could be executed there.</summary>
    public Counter PreparesOnDemand { get; } = new();

    /// <summary>Prepared statements closed on a connection to make room for others.</summary>
    public Counter StatementsEvicted { get; } = new();

    /// <summary>How long leases waited in line, also those that failed. Leases that did not wait are not in it.</summary>
    public Histogram WaitSeconds { get; } = new();

    /// <summary>Waits that ended without a connection, by cause.</summary>
    public CounterSet WaitsFailed { get; } = new("cause");

    /// <summary>Connections opened.</summary>
    public Counter ConnectsSucceeded { get; } = new();

    /// <summary>Connects that failed, by kind.</summary>
    public CounterSet ConnectsFailed { get; } = new("kind");

    /// <summary>Connections closed or lost, by cause.</summary>
    public CounterSet Closed { get; } = new("cause");

    /// <summary>Connections reset after a session left state on them.</summary>
    public Counter Resets { get; } = new();

    /// <summary>Pins begun, by reason.</summary>
    public CounterSet Pins { get; } = new("reason");

    /// <summary>Statements ended by a limit on held leases, by limit.</summary>
    public CounterSet LimitsReached { get; } = new("limit");

    /// <summary>KILLs sent to the backend.</summary>
    public Counter BackendKills { get; } = new();
}
