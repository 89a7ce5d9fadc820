using System.Collections.Frozen;
using Pool.Actors.Settings;

namespace Pool.Actors.Pooling;

/// <summary>
/// The limits of one backend's pool on this node. Immutable; the share of connections changes by <see cref="BackendPool.Resize"/>.
/// </summary>
public sealed record PoolOptions
{
    /// <summary>The most connections of one pool.</summary>
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

    /// <summary>
    /// How many of the share are kept for control (KILL, health), at least 1. 1 is enough unless KILLs come in bursts.
    /// </summary>
    public int ReservedConnections { get; init; } = 1;

    /// <summary>Idle connections kept open and warmed up at the start. 0: an unused backend costs nothing.</summary>
    public int MinIdle { get; init; }

    /// <summary>The limit of one connect, name resolution and login included. 10 s: MySQL's own connect_timeout.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Connects begun per second, and at once after a quiet second. 100: a share of default size is full after a second, and
    /// logins cost the server more than statements.
    /// </summary>
    public int ConnectsPerSecond { get; init; } = 100;

    /// <summary>
    /// How long a connection above <see cref="MinIdle"/> stays idle before it is closed. 10 min: longer than the valleys of
    /// common traffic, far below the servers' own wait_timeout of 8 h.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// A connection is closed at an age between 90 % and 100 % of this, drawn once. 1 h: changed names and grants, and memory
    /// that a server's thread holds on to, matter no longer than that.
    /// </summary>
    public TimeSpan MaxLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// The longest wait in line, enforced every quarter of a second. 5 s: below the time-outs of common clients, so that they
    /// are told the reason.
    /// </summary>
    public TimeSpan LeaseTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The longest line. 10 000: a hundred waiters per connection of the default share; more would only time out.
    /// </summary>
    public int MaxWaiters { get; init; } = 10_000;

    /// <summary>The most connections that the sessions of a client user may hold at once, for those who have such a cap.</summary>
    public IReadOnlyDictionary<string, int> UserCaps { get; init; } = FrozenDictionary<string, int>.Empty;

    /// <summary>Throws what a configuration must have ruled out.</summary>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(MaxConnections);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxConnections, MostConnections);
        ArgumentOutOfRangeException.ThrowIfLessThan(ReservedConnections, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(MinIdle);
        ArgumentOutOfRangeException.ThrowIfLessThan(ConnectsPerSecond, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxWaiters, 1);
        foreach (var cap in UserCaps.Values)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(cap);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(cap, MostConnections);
        }
    }
}
