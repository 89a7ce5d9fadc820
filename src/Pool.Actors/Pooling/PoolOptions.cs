using Pool.Actors.Settings;

namespace Pool.Actors.Pooling;

/// <summary>The limits of one backend's pool on this node. Immutable; the share of connections changes by <see cref="BackendPool.Resize"/>.</summary>
public sealed record PoolOptions
{
    /// <summary>What can be addressed: slots of one pool.</summary>
    public const int MostConnections = 65_535;

    /// <summary>The backend's name, for errors, logs and metrics.</summary>
    public required string Name { get; init; }

    /// <summary>The class of the default account: control connections and <see cref="MinIdle"/> use it.</summary>
    public required ConnectionClass DefaultClass { get; init; }

    /// <summary>
    /// This node's share, control connections included. 100: two thirds of a server's default max_connections (151), which
    /// leaves room for operators and replicas.
    /// </summary>
    public int MaxConnections { get; init; } = 100;

    /// <summary>How many of the share are kept for control (KILL, health). At least 1; 1 is enough unless KILLs come in bursts.</summary>
    public int ReservedConnections { get; init; } = 1;

    /// <summary>Idle connections kept open and warmed up at the start. 0: an unused backend costs nothing.</summary>
    public int MinIdle { get; init; }

    /// <summary>The limit of one connect, name resolution and login included. 10 s: MySQL's own connect_timeout.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Connects begun per second, a second's worth at once. 100: a share of default size is full after a second; logins cost the server CPU.</summary>
    public int ConnectsPerSecond { get; init; } = 100;

    /// <summary>An idle connection above <see cref="MinIdle"/> is closed after this. 10 min: outlives the valleys of common traffic, below wait_timeout.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A connection is replaced at an age between 90 % and 100 % of this. 1 h: changed names, grants and leaked server memory show up within it.</summary>
    public TimeSpan MaxLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The longest wait in line, seen every quarter of a second. 5 s: below the time-outs of common clients, so that they see the reason.</summary>
    public TimeSpan LeaseTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest line. 10 000: a hundred waiters per connection of the default share; a longer line only times out.</summary>
    public int MaxWaiters { get; init; } = 10_000;
}
