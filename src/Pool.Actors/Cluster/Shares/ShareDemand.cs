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
        // What is borrowed is missing here, and what is lent is not needed here: loans are for the moment, shares for what lasts. Places for what
        // cannot be opened would be taken from who can use them, the lenders among them.
        var own = pool.Leased - pool.Lent;
        var (used, waiting) = pool.ConnectsInVain ? (own, 0) : (own + pool.Borrowed + pool.Connecting, pool.Waiting);
        var needed = options.ReservedConnections + Math.Max(options.MinIdle, used + waiting);

        return used > 0 && options.ReservedConnections + used >= pool.Max ? WithMore(needed) : needed;
    }

    /// <summary>What the sessions of a user need now.</summary>
    public static int NeededBy(UserQuota quota)
    {
        var used = quota.Used;
        var needed = used + quota.Waiting;
        return used > 0 && used >= quota.Limit ? WithMore(needed) : needed;
    }

    // All in use: that nobody waits at this moment does not mean that nobody does.
    private static int WithMore(int needed) => needed + Math.Max(1, needed / 8);

    private int Rounded(int needed, int floor)
    {
        var step = Math.Max(1, cap / Steps);
        return needed <= floor ? floor : Math.Min(most, (needed + step - 1) / step * step);
    }
}
