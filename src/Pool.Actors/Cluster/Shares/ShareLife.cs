using Pool.Actors.Cluster.Coordination;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Pooling;

namespace Pool.Actors.Cluster.Shares;

/// <summary>
/// What one life of this node does about shares beside its own: looks after the lost, and counts what is left of connections that are
/// of nobody who is known. All of it ends with the life. Used by the keeper's flow.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="reclaim">Ends the connections of the lost.</param>
/// <param name="survey">Looks at the server while nobody has a share.</param>
/// <param name="failed">Told of what threw; it is tried again with the next step.</param>
/// <param name="time">The clock.</param>
internal sealed class ShareLife(ShareStore store, Reclaim reclaim, Survey survey, Action<Exception> failed, TimeProvider time)
{
    /// <summary>How much later the next survivor begins. 2 s: a node that lives has begun by then.</summary>
    private static readonly TimeSpan s_turn = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan s_countInterval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _end = new();
    private readonly Dictionary<Incarnation, (long Since, Task Work)> _lost = [];
    private Task _counting = Task.CompletedTask;
    private long _counted = time.GetTimestamp();

    /// <summary>The store, as this life sees it.</summary>
    public ShareStore Store { get; } = store;

    /// <summary>Looks at the server while nobody has a share.</summary>
    public Survey Survey { get; } = survey;

    /// <summary>The revision that it began with in the store, on which all that it announces depends; 0 if it has not begun.</summary>
    public long Revision { get; set; }

    /// <summary>Looks after the lost. The first who can begins at once, the others later, should he fail too.</summary>
    public void LookAfterTheLost(ShareView view, ShareLedger ledger)
    {
        var able = ledger.Holders.Where(h => h.Share > 0 && view.Lives(h.Incarnation)).Select(h => h.Incarnation).ToList();
        var rank = view.Surveyor == Store.Self ? 0 : able.IndexOf(Store.Self);
        if (rank < 0)
        {
            return;
        }

        Reclaim(view.Lost(), rank);
        if (ledger.Found > 0)
        {
            Recount(ledger.Found, rank);
        }
    }

    /// <summary>Begins with those whose turn it is; forgets those who have left no trace.</summary>
    private void Reclaim(IReadOnlyList<Incarnation> lost, int rank)
    {
        foreach (var known in _lost.Where(l => l.Value.Work.IsCompleted && !lost.Contains(l.Key)).Select(l => l.Key).ToList())
        {
            _lost.Remove(known);
        }

        foreach (var incarnation in lost)
        {
            var (since, work) = _lost.TryGetValue(incarnation, out var known) ? known : (time.GetTimestamp(), Task.CompletedTask);
            var isMyTurn = time.GetElapsedTime(since) >= rank * s_turn;
            _lost[incarnation] = (since, work.IsCompleted && isMyTurn ? RunAsync(reclaim.RunAsync(incarnation, _end.Token)) : work);
        }
    }

    /// <summary>
    /// Counts now and then, in the background, what is left of the connections that were found; the others more seldom, should the first not reach the
    /// server. What was found becomes only less, so that nobody's count is too small, and the ledger takes the smallest.
    /// </summary>
    private void Recount(int found, int rank)
    {
        if (_counting.IsCompleted && time.GetElapsedTime(_counted) >= s_countInterval + (rank * s_turn))
        {
            _counted = time.GetTimestamp();
            _counting = RunAsync(RecountAsync(found));
        }
    }

    /// <summary>Takes this life out of the ledgers, as far as its pool has ended; true if it has left, or can do no more about it.</summary>
    public async Task<bool> TryLeaveAsync(BackendPool pool, UserShares users, CancellationToken cancel)
    {
        if (await Store.ReadAsync(cancel) is not { } view)
        {
            return false;
        }

        var self = Store.Self;
        if (view.Ledger is not { } ledger || ledger.Find(self) is not { } holder || !view.Lives(self))
        {
            return true;
        }

        var covered = pool.Covered;
        var result = covered == 0
            ? await Store.LeaveAsync(view, ledger.Remove(self), users.Left(view, self), cancel)
            : await Store.ReplaceAsync(view, ledger.Set(self, Math.Min(holder.Share, covered), 0), endsSurvey: false, cancel);
        return result == CommitResult.Done;
    }

    /// <summary>Ends what is under way.</summary>
    public async Task EndAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll([.. _lost.Values.Select(l => l.Work), _counting]);
    }

    private async Task RecountAsync(int found)
    {
        if (await Survey.CountAsync(_end.Token) is { } left && left < found
            && await Store.ReadAsync(_end.Token) is { Ledger: { } ledger } view && left < ledger.Found)
        {
            await Store.ReplaceAsync(view, ledger.FoundLeft(left), endsSurvey: false, _end.Token);
        }
    }

    private async Task RunAsync(Task work)
    {
        try
        {
            await work;
        }
        catch (OperationCanceledException)
        {
            // The life has ended.
        }
        catch (Exception exception)
        {
            failed(exception);
        }
    }
}
