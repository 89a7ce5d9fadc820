namespace Pool.Actors.Backends;

/// <summary>How long a session may keep a connection for itself. <see cref="TimeSpan.Zero"/> means without limit.</summary>
public sealed record LeaseLimits
{
    /// <summary>Idle inside a transaction. 5 minutes: longer than a slow batch pauses, short enough that a forgotten transaction does not hold locks all night.</summary>
    public TimeSpan IdleInTransactionTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Idle while pinned for another reason. 30 minutes, as pinned connections serve one client only.</summary>
    public TimeSpan IdlePinnedTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>One statement. No limit, as at the server.</summary>
    public TimeSpan QueryTimeout { get; init; }

    /// <summary>
    /// A client that does not read its reply, or does not send the rest of its command. One minute, as the server's
    /// net_write_timeout.
    /// </summary>
    public TimeSpan ClientWriteTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How many sessions may be pinned at once, apart from open transactions; 0 for as many as there are connections.</summary>
    public int MaxPinned { get; init; }
}
