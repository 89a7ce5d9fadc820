using Microsoft.Extensions.Logging;
using Pool.Actors.Cluster.Sessions;
using Pool.Actors.Telemetry;

namespace Pool.Actors.Sessions;

/// <summary>What all sessions of a node share.</summary>
/// <param name="Sessions">The live sessions.</param>
/// <param name="Metrics">What is counted of them.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">Where they log.</param>
public sealed record SessionServices(SessionTable Sessions, SessionMetrics Metrics, TimeProvider Time, ILogger Logger)
{
    /// <summary>The door that sessions came in through; set when it is made.</summary>
    public SessionAdmission Admission { get; set; } = null!;

    /// <summary>How sessions reach each other, on this node and on others; set before the first one begins where there are others.</summary>
    public ISessionDirectory Directory { get; set; } = new LocalSessions(Sessions, Metrics, Time);

    /// <summary>The limits that can be changed while the node runs.</summary>
    public SessionLimits Limits { get; set; } = new();
}

/// <summary>The limits of every session.</summary>
public sealed record SessionLimits
{
    /// <summary>A client that says nothing for this long is disconnected. 8 hours, as the servers' wait_timeout.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromHours(8);

    /// <summary>The most prepared statements of one session. 16382, as the servers have by default for all together.</summary>
    public int MaxStatementsPerSession { get; init; } = 16_382;

    /// <summary>The largest command, in bytes. 1 GiB, the largest max_allowed_packet; the server's own limit is usually lower.</summary>
    public long MaxPacketBytes { get; init; } = 1024 * 1024 * 1024;
}
