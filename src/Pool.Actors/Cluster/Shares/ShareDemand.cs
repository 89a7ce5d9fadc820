using Pool.Actors.Pooling;

namespace Pool.Actors.Cluster.Shares;

/// <summary>
/// What share a node's clients need, from looks at its pool, or at a user's part of it. More is needed at once, less only after a while, and both in steps, so that
/// shares do not follow every breath of the load. Used by one flow.
/// </summary>
/// <param name="cap">The cap.</param>
/// <param name="most">The most that a node can have of it.</param>
/// <param name="time">The clock.</param>
internal sealed class ShareDemand(int cap, int most, TimeProvider time)
{
    /// <summary>How long a need is remembered. 2 s: longer than the gaps of a steady load, short beside the seconds in which demand is to move.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromSeconds(2);

    /// <summary>After how long what is not needed is given back though nobody misses it, so that it is there at once for who will.</summary>
    public static readonly TimeSpan Idleness = TimeSpan.FromSeconds(10);

    private const int Steps = 32;
    private readonly Queue<(long At, int Needed)> _seen = new();
    private long _lastNeeded = time.GetTimestamp();

    /// <summary>The least share that a node is of use with.</summary>
    public static int FloorOf(PoolOptions options) => options.ReservedConnections + 1;

    /// <summary>Takes note of what is needed now, and answers the share that is wanted.</summary>
    public int Look(int needed, int floor, int share)
    {
        var now = time.GetTimestamp();
        _seen.Enqueue((now, needed));
        while (time.GetElapsedTime(_seen.Peek().At, now) > Memory)
        {
            _seen.Dequeue();
        }

        var wanted = Rounded(_seen.Max(s => s.Needed), floor);
        if (wanted >= share)
        {
            _lastNeeded = now;
        }

        return wanted;
    }

    /// <summary>True if less than the share has been wanted for long.</summary>
    public bool IsIdle => time.GetElapsedTime(_lastNeeded) >= Idleness;

    /// <summary>What the clients of a pool need now.</summary>
    public static int NeededBy(PoolSnapshot pool, PoolOptions options)
    {
        if (pool.ConnectsInVain)
        {
            return options.ReservedConnections + NeededInVain(pool, options);
        }

        // What is borrowed is missing here, and what is lent is not needed here: loans are for the moment, shares for what lasts.
        var used = pool.Leased - pool.Lent + pool.Borrowed + pool.Connecting;
        var needed = options.ReservedConnections + Math.Max(options.MinIdle, used + pool.Waiting);

        return used > 0 && options.ReservedConnections + used >= pool.Max ? WithMore(needed) : needed;
    }

    /// <summary>
    /// Places for what cannot be opened would be taken from who can use them, the lenders among them. But where all are taken, and be it by loans to
    /// others, one more is needed: without a place there would be no attempt, and the node would never know that connects succeed again.
    /// </summary>
    private static int NeededInVain(PoolSnapshot pool, PoolOptions options)
    {
        var own = pool.Leased - pool.Lent;
        var isFull = options.ReservedConnections + pool.Leased >= pool.Max;
        return isFull && (own > 0 || pool.Waiting > 0) ? pool.Leased + 1 : Math.Max(own, Math.Min(options.MinIdle, own + pool.Idle));
    }

    /// <summary>What the sessions of a user need now. Where connects fail, and no other node lends any, no more than there are connections to be held.</summary>
    public static int NeededBy(UserQuota quota, PoolSnapshot pool)
    {
        var used = quota.Used;
        var needed = used + quota.Waiting;
        needed = used > 0 && used >= quota.Limit ? WithMore(needed) : needed;

        return pool is { ConnectsInVain: true, Borrowed: 0 } ? Math.Min(needed, pool.Idle + pool.Leased) : needed;
    }

    // All in use: that nobody waits at this moment does not mean that nobody does.
    private static int WithMore(int needed) => needed + Math.Max(1, needed / 8);

    private int Rounded(int needed, int floor)
    {
        var step = Math.Max(1, cap / Steps);
        return needed <= floor ? floor : Math.Min(most, (needed + step - 1) / step * step);
    }
}
