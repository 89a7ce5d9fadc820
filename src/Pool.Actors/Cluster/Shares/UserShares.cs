using Microsoft.Extensions.Logging;
using Pool.Actors.Cluster.Coordination;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Pooling;

namespace Pool.Actors.Cluster.Shares;

/// <summary>
/// Keeps the quotas of one pool's users at this node's parts of their caps: each user has a ledger of its own, changed and obeyed like that
/// of the backend's connections. A lost node's places come free as its connections do, once all others have said that it has none of theirs.
/// Used by the keeper's flow.
/// </summary>
/// <param name="pool">The pool.</param>
/// <param name="membership">This node's membership.</param>
/// <param name="backend">The backend's name.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where it tells.</param>
internal sealed class UserShares(BackendPool pool, IMembership membership, string backend, TimeProvider time, ILogger logger)
{
    // Well within the limit of etcd for the operations of one commit; what is left is done with the next.
    private const int MostUsers = 24;

    private readonly List<UserShare> _users = [.. pool.UserQuotas.Select(quota => new UserShare(quota, time))];

    /// <summary>A life begins, or has ended: nothing may be used until the ledgers say so.</summary>
    public void Reset()
    {
        foreach (var user in _users)
        {
            Allow(user, 0);
            (user.Doubt, user.Refusal) = (-1, null);
        }
    }

    /// <summary>Brings quotas and ledgers one step nearer to what is due; the answer is how the change ended, null for none.</summary>
    public async ValueTask<CommitResult?> KeepAsync(ShareStore store, ShareView view, CancellationToken cancel)
    {
        var claimed = new HashSet<Incarnation>();
        var changes = new List<Change>();
        var now = pool.Snapshot();
        foreach (var user in _users.Where(_ => view.Ledger is not null))
        {
            var (stored, revision) = view.UserLedger(user.Quota.User);
            var (next, share) = Plan(user, now, view, view.Ledger!, store.Self, claimed);
            if (next is not null && !ReferenceEquals(next, stored) && changes.Count < MostUsers)
            {
                changes.Add(new Change(user, revision, stored?.Find(store.Self)?.Share ?? 0, next, share));
            }
        }

        var cleared = Cleared(view, store.Self);
        if (changes.Count == 0 && cleared is null)
        {
            return null;
        }

        var result = await store.ReplaceUsersAsync(
            view, changes.Select(c => KeyValuePair.Create(c.User.Quota.User, c.Next)), claimed, cleared, cancel);
        foreach (var change in changes)
        {
            Note(change, result);
        }

        return result;
    }

    /// <summary>The ledgers without this node, which has no connection left: what it cannot be sure of stays for survivors to look after.</summary>
    public IEnumerable<KeyValuePair<string, ShareLedger>> Left(ShareView view, Incarnation self)
    {
        Reset();
        foreach (var (name, ledger) in view.Users.Where(u => u.Value.Find(self) is not null).Take(MostUsers))
        {
            var used = pool.QuotaOf(name)?.Used ?? 0;
            yield return KeyValuePair.Create(
                name, used == 0 ? ledger.Remove(self) : ledger.Set(self, Math.Min(used, ledger.Find(self)!.Share), 0));
        }
    }

    private (ShareLedger? Next, int Share) Plan(
        UserShare user, PoolSnapshot now, ShareView view, ShareLedger total, Incarnation self, HashSet<Incarnation> claimed)
    {
        var (stored, revision) = view.UserLedger(user.Quota.User);
        if (stored is null && revision != 0)
        {
            Refuse(user, "the ledger in the store cannot be read: it is of another release, or not of Pool");
            return default;
        }

        var ledger = WithoutLost(stored ?? ShareLedger.CreateForUser(user.Quota.Cap, total.Found), view, total, claimed);
        ledger = ledger.FoundLeft(Math.Min(ledger.Found, total.Found));
        if (ledger.Cap != user.Quota.Cap && !ledger.Holders.IsEmpty)
        {
            Refuse(user, $"MaxConnections is {user.Quota.Cap} here and {ledger.Cap} in the cluster; all nodes must have the same");
            return (ledger, 0);
        }

        user.Refusal = null;
        ledger = ledger.Cap == user.Quota.Cap ? ledger : ledger.WithCap(user.Quota.Cap);
        var isInDoubt = revision == user.Doubt;
        var (next, share) = user.Plan(
            ledger, now, membership.Self.Name, self, view.Lives, allowed => Allow(user, isInDoubt ? Math.Min(allowed, user.Quota.Limit) : allowed));

        // Nothing to be written of a user who has nothing anywhere.
        return stored is null && next.Holders.IsEmpty && !isInDoubt ? (null, 0)
            : ReferenceEquals(next, stored) && isInDoubt ? (next.Touched(), share)
            : (next, share);
    }

    /// <summary>
    /// A lost holder's sessions hold no more than it has connections left, and what it was lent; as long as that may still be something, all
    /// of it counts.
    /// </summary>
    private static ShareLedger WithoutLost(ShareLedger ledger, ShareView view, ShareLedger total, HashSet<Incarnation> claimed)
    {
        foreach (var lost in ledger.Holders.Where(h => !view.Lives(h.Incarnation) && (h.Share == 0 || view.IsClearOf(h.Incarnation))))
        {
            var left = Math.Min(lost.Share, total.Find(lost.Incarnation)?.Share ?? 0);
            if (left < lost.Share || left == 0)
            {
                claimed.Add(lost.Incarnation);
                ledger = left == 0 ? ledger.Remove(lost.Incarnation) : ledger.Set(lost.Incarnation, left, lost.Wanted);
            }
        }

        return ledger;
    }

    /// <summary>The lost ones of users' ledgers of whom this node is clear; null if that is what it has said already.</summary>
    private HashSet<Incarnation>? Cleared(ShareView view, Incarnation self)
    {
        var lost = view.Users.SelectMany(u => u.Value.Holders).Select(h => h.Incarnation).Where(i => !view.Lives(i)).ToHashSet();
        var said = view.ClearedBy(self);
        if (lost.Count > 0)
        {
            var members = membership.View.Members.Values.Select(m => m.Incarnation).ToHashSet();
            var isClear = !pool.Lending.HasLent(to => !members.Contains(to));
            lost.RemoveWhere(i => !said.Contains(i) && (members.Contains(i) || !isClear));
        }

        return lost.SetEquals(said) ? null : lost;
    }

    private void Note(Change change, CommitResult result)
    {
        if (result == CommitResult.Unknown)
        {
            change.User.Doubt = change.Revision;
        }
        else if (result == CommitResult.Done)
        {
            if (change.Share > change.Before)
            {
                Allow(change.User, change.Share);
            }

            ShareLog.UserChanged(logger, backend, change.User.Quota.User, change.Share, change.Next.Cap);
        }
    }

    private void Allow(UserShare user, int share) => pool.Quotas.Limit(user.Quota, share);

    private void Refuse(UserShare user, string why)
    {
        if (user.Refusal != why)
        {
            ShareLog.UserRefused(logger, backend, user.Quota.User, why);
        }

        user.Refusal = why;
        Allow(user, 0);
    }

    // The ledger of a revision in which the node had a share before is replaced by one in which it has another.
    private sealed record Change(UserShare User, long Revision, int Before, ShareLedger Next, int Share);
}
