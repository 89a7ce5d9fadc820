using Pool.Actors.Cluster.Membership;

namespace Pool.Actors.Cluster.Shares;

/// <summary>The share that a node goes for, as a function of what it sees.</summary>
public static class SharePolicy
{
    /// <summary>
    /// The share that a holder should have next.
    /// <para>
    /// Below what it is due it takes of what is free, at most doubling what it has, so that a short burst does not drain the ledger.
    /// Above what it is due it gives back as soon as somebody else has less than he is due; without such a one it keeps what it has,
    /// unless it has not needed it for long.
    /// </para>
    /// </summary>
    /// <param name="ledger">The ledger, with what the holder wants now.</param>
    /// <param name="self">The holder.</param>
    /// <param name="lives">Who lives.</param>
    /// <param name="isIdle">The holder has not needed what it has for long.</param>
    public static int Next(ShareLedger ledger, Incarnation self, Func<Incarnation, bool> lives, bool isIdle)
    {
        const int FirstStep = 4;
        var holder = ledger.Find(self)!;
        var due = FairSplit.Of(ledger, lives);
        var own = due[self];
        if (holder.Share < own)
        {
            return Math.Min(own, holder.Share + Math.Min(ledger.Free, Math.Max(FirstStep, holder.Share)));
        }

        return IsShort(ledger, due) || isIdle ? own : holder.Share;
    }

    /// <summary>True if somebody has less than he is due, so that nobody may have what he does not need.</summary>
    public static bool IsShort(ShareLedger ledger, Func<Incarnation, bool> lives) => IsShort(ledger, FairSplit.Of(ledger, lives));

    private static bool IsShort(ShareLedger ledger, IReadOnlyDictionary<Incarnation, int> due) =>
        ledger.Holders.Any(h => due.TryGetValue(h.Incarnation, out var theirs) && h.Share < theirs);
}
