using Pool.Actors.Cluster.Membership;
using Pool.Actors.Pooling;

namespace Pool.Actors.Cluster.Shares;

/// <summary>This node's part of what one client user may hold, and how it becomes more or less. Used by the keeper's flow.</summary>
/// <param name="quota">The user's quota in the pool.</param>
/// <param name="time">The clock.</param>
internal sealed class UserShare(UserQuota quota, TimeProvider time)
{
    /// <summary>
    /// How long a place is kept from a node that has none, where there are fewer than nodes that want one. 1 s: longer than moving it takes,
    /// short beside the time that statements wait.
    /// </summary>
    public static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);

    // What a node has at once for a user's first statement, if nobody misses it.
    private const int Floor = 1;
    private readonly ShareDemand _demand = new(quota.Cap, quota.Cap, time);
    private long? _heldSince;

    /// <summary>The user's quota in the pool.</summary>
    public UserQuota Quota => quota;

    /// <summary>The revision of the ledger that a change was made for whose answer was lost: it may still come, until the ledger is another one.</summary>
    public long Doubt { get; set; } = -1;

    /// <summary>Why the user gets nothing here; null otherwise.</summary>
    public string? Refusal { get; set; }

    /// <summary>
    /// The ledger that the node goes for, and the share that it is to have then. Lowers <paramref name="allowed"/>, what may be used until
    /// then, before it looks at what is in use: that much is given back, and no more.
    /// </summary>
    /// <param name="ledger">The ledger, of the right cap.</param>
    /// <param name="pool">What the pool holds now.</param>
    /// <param name="node">The node's name.</param>
    /// <param name="self">This life of it.</param>
    /// <param name="lives">Who lives.</param>
    /// <param name="allowed">Is told what may be used by the ledger as it is.</param>
    public (ShareLedger Next, int Share) Plan(
        ShareLedger ledger, PoolSnapshot pool, string node, Incarnation self, Func<Incarnation, bool> lives, Action<int> allowed)
    {
        var share = ledger.Find(self)?.Share ?? 0;
        var wanted = _demand.Look(ShareDemand.NeededBy(quota, pool), 0, share);
        _heldSince = share == 0 ? null : _heldSince ?? time.GetTimestamp();
        if (share == 0 && wanted == 0 && (ledger.Free == 0 || SharePolicy.IsShort(ledger, lives)))
        {
            allowed(0);
            return (ledger.Find(self) is null ? ledger : ledger.Remove(self), 0);
        }

        var next = ledger.Find(self) is null ? ledger.Join(node, self, wanted).PassTurn(self) : ledger.Set(self, share, wanted);
        if (_heldSince is { } since && time.GetElapsedTime(since) >= Turn && IsWaitedFor(next, self, lives))
        {
            next = next.PassTurn(self);
            _heldSince = time.GetTimestamp();
        }

        var target = SharePolicy.Next(next, self, lives, _demand.IsIdle);
        target = target < Floor && !SharePolicy.IsShort(next, lives) ? Math.Min(Floor, share + next.Free) : target;
        allowed(Math.Min(target, share));
        target = target < share ? Math.Min(share, Math.Max(target, quota.Used)) : target;
        return (next.Set(self, target, wanted), target);
    }

    /// <summary>Somebody wants a place, has none, and is due none as long as this one does not let him go first.</summary>
    private static bool IsWaitedFor(ShareLedger ledger, Incarnation self, Func<Incarnation, bool> lives)
    {
        var due = FairSplit.Of(ledger, lives);
        return ledger.Free == 0 && ledger.Holders.Any(h => h.Incarnation != self && lives(h.Incarnation) && h is { Share: 0, Wanted: > 0 } && due[h.Incarnation] == 0);
    }
}
