using System.Text;
using System.Text.Json;
using Pool.Actors.Cluster.Coordination;
using Pool.Actors.Cluster.Membership;

namespace Pool.Actors.Cluster.Shares;

/// <summary>The store, as one life of this node reads and changes the shares of one backend in it.</summary>
/// <param name="Coordinator">The store.</param>
/// <param name="Keys">The backend's keys.</param>
/// <param name="Self">The life.</param>
/// <param name="Lease">The lease that it lasts as long as.</param>
internal sealed record ShareStore(ICoordinator Coordinator, ShareKeys Keys, Incarnation Self, long Lease)
{
    // Well within the limit of etcd for the operations of one commit.
    private const int MostDeletes = 64;

    /// <summary>All as it is now; null while the store cannot be reached.</summary>
    public async ValueTask<ShareView?> ReadAsync(CancellationToken cancel) =>
        await Coordinator.ReadAsync(Keys.Root, cancel) is { } view ? new ShareView(view, Keys) : null;

    /// <summary>Says that this life has begun; ends with its lease.</summary>
    public ValueTask<CommitResult> BeginLifeAsync(CancellationToken cancel) =>
        Coordinator.CommitAsync(new Commit().Expect(Keys.Life(Self), 0).Put(Keys.Life(Self), "{}"u8.ToArray(), Lease), cancel);

    /// <summary>Replaces the ledger of a view; whoever looked at the server on the place that is kept gives that up if told so.</summary>
    public ValueTask<CommitResult> ReplaceAsync(ShareView seen, ShareLedger ledger, bool endsSurvey, CancellationToken cancel)
    {
        var commit = Living(seen, seen.Replace(ledger));
        return Coordinator.CommitAsync(endsSurvey ? EndingSurvey(commit, seen) : commit, cancel);
    }

    /// <summary>Takes the place that is kept, for a look at the server, as long as nobody who lives has got a share.</summary>
    public ValueTask<CommitResult> BeginSurveyAsync(ShareView seen, CancellationToken cancel) => Coordinator.CommitAsync(
        Living(seen, seen.Unchanged()).Expect(Keys.Survey, 0).Put(Keys.Survey, Encoding.UTF8.GetBytes(Self.ToString()), Lease), cancel);

    /// <summary>Gives back the place that is kept, once it is not in use any more.</summary>
    public ValueTask<CommitResult> EndSurveyAsync(ShareView seen, CancellationToken cancel) =>
        Coordinator.CommitAsync(EndingSurvey(Living(seen, new Commit()), seen), cancel);

    /// <summary>Replaces the ledger of a view by one in which a lost holder has less, or nothing and leaves no trace.</summary>
    public ValueTask<CommitResult> ClaimAsync(ShareView seen, ShareLedger ledger, Incarnation lost, bool isGone, CancellationToken cancel)
    {
        var commit = Living(seen, ReferenceEquals(ledger, seen.Ledger) ? seen.Unchanged() : seen.Replace(ledger)).Expect(Keys.Life(lost), 0);
        return Coordinator.CommitAsync(isGone ? DeleteThreads(commit, seen, lost) : commit, cancel);
    }

    /// <summary>Replaces ledgers of client users, and this life's word about lost ones, if there is another.</summary>
    /// <param name="seen">The view.</param>
    /// <param name="users">The ledgers, some at a time.</param>
    /// <param name="claimed">Lost ones whose places become free: none of them may come back, or be found to have more, meanwhile.</param>
    /// <param name="cleared">The lost ones of whom this node is clear; null: as it has said.</param>
    /// <param name="cancel">Gives up.</param>
    public ValueTask<CommitResult> ReplaceUsersAsync(
        ShareView seen,
        IEnumerable<KeyValuePair<string, ShareLedger>> users,
        IReadOnlyCollection<Incarnation> claimed,
        IReadOnlyCollection<Incarnation>? cleared,
        CancellationToken cancel)
    {
        var commit = Living(seen, claimed.Count == 0 ? new Commit() : seen.Unchanged());
        commit = claimed.Aggregate(commit, (c, lost) => c.Expect(Keys.Life(lost), 0));
        if (cleared is not null)
        {
            var word = new ClearedLives(ClusterProtocol.Current, [.. cleared]);
            commit.Put(Keys.Cleared(Self), JsonSerializer.SerializeToUtf8Bytes(word, ShareJson.Default.ClearedLives), Lease);
        }

        return Coordinator.CommitAsync(WithUsers(commit, seen, users), cancel);
    }

    /// <summary>Takes this life out of the store.</summary>
    public ValueTask<CommitResult> LeaveAsync(
        ShareView seen, ShareLedger ledger, IEnumerable<KeyValuePair<string, ShareLedger>> users, CancellationToken cancel) => Coordinator.CommitAsync(
        WithUsers(DeleteThreads(Living(seen, seen.Replace(ledger)), seen, Self).Delete(Keys.Life(Self)), seen, users), cancel);

    private static Commit WithUsers(Commit commit, ShareView seen, IEnumerable<KeyValuePair<string, ShareLedger>> users) =>
        users.Aggregate(commit, (c, user) => seen.ReplaceUser(c, user.Key, user.Value));

    private static Commit DeleteThreads(Commit commit, ShareView seen, Incarnation holder) =>
        seen.ThreadKeysOf(holder).Take(MostDeletes).Aggregate(commit, static (c, key) => c.Delete(key));

    // The one of this view: a change that comes late would end another's.
    private Commit EndingSurvey(Commit commit, ShareView seen) => commit.Expect(Keys.Survey, seen.SurveyRevision).Delete(Keys.Survey);

    private Commit Living(ShareView seen, Commit commit) => commit.Expect(Keys.Life(Self), seen.LifeOf(Self));
}
