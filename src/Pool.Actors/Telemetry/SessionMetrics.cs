namespace Pool.Actors.Telemetry;

/// <summary>What is counted of the clients' side, for the whole node.</summary>
public sealed class SessionMetrics
{
    /// <summary>Sockets accepted.</summary>
    public Counter Accepted { get; } = new();

    /// <summary>Sockets that left before they said anything: load-balancer probes.</summary>
    public Counter Probes { get; } = new();

    /// <summary>Sessions that logged in.</summary>
    public Counter LoggedIn { get; } = new();

    /// <summary>Logins refused.</summary>
    public Counter LoginsFailed { get; } = new();

    /// <summary>Sessions that logged in and have ended.</summary>
    public Counter Ended { get; } = new();

    /// <summary>Commands, of any kind.</summary>
    public Counter Commands { get; } = new();

    /// <summary>Bytes received from clients.</summary>
    public Counter BytesFromClients { get; } = new();

    /// <summary>Bytes sent to clients.</summary>
    public Counter BytesToClients { get; } = new();

    /// <summary>Errors of the pool's own that clients were told, by name.</summary>
    public CounterSet Errors { get; } = new("error");

    /// <summary>KILL statements served, by scope.</summary>
    public CounterSet Kills { get; } = new("scope");
}
