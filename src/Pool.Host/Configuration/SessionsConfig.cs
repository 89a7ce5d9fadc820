using System.ComponentModel.DataAnnotations;

namespace Pool.Host.Configuration;

/// <summary>Limits on every session.</summary>
public sealed record SessionsConfig
{
    /// <summary>
    /// How long a client may be silent before its session is closed, if that holds no connection (IdleInTransactionTimeout and IdlePinnedTimeout
    /// of the backend are for those that do); 0: for ever. The default is MySQL's own wait_timeout.
    /// </summary>
    [Reloadable, Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromHours(8);

    /// <summary>The largest command, in bytes; larger ones get error 1153. The default is what MySQL's max_allowed_packet can be at most.</summary>
    [Reloadable, Range(1024, 1_073_741_824)]
    public int MaxPacketBytes { get; init; } = 1_073_741_824;

    /// <summary>
    /// Prepared statements that one session may have open; further ones get error 1461. The default is what the servers allow all
    /// their sessions together.
    /// </summary>
    [Reloadable, Range(1, 1_048_576)]
    public int MaxStatementsPerSession { get; init; } = 16_382;
}
