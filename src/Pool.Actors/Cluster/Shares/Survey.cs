using Microsoft.Extensions.Logging;
using Pool.Actors.Cluster.Coordination;
using Pool.Actors.Pooling;

namespace Pool.Actors.Cluster.Shares;

/// <summary>
/// One life's part in looking at the server while nobody who lives has a share: one node at a time, on the place that is kept for that,
/// counts what is there before there are shares at all, or makes room among the lost. Used by the keeper's flow; only what says so may be
/// called from elsewhere.
/// </summary>
/// <param name="options">What the node is configured with.</param>
/// <param name="pool">The pool, whose control connection takes the place.</param>
/// <param name="store">The store, as the life sees it.</param>
/// <param name="server">The server.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where it tells.</param>
internal sealed class Survey(ShareOptions options, BackendPool pool, ShareStore store, ServerSurvey server, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private readonly SurveyTurn _turn = new(store.Self, server, time);

    /// <summary>The place is being given back: until that is done the life may use nothing.</summary>
    public bool IsEnding { get; private set; }

    /// <summary>Does what is to be done; the answer is how a change of the store ended, null for none.</summary>
    public async ValueTask<CommitResult?> StepAsync(ShareView view, CancellationToken cancel)
    {
        var isSurveyor = view.Surveyor == store.Self;
        var isOver = _turn.IsOver(view);
        IsEnding = isOver && isSurveyor;
        return IsEnding ? await EndAsync(view, cancel)
            : isOver || !IsNeeded(view) ? null
            : view.Surveyor is null ? await store.BeginSurveyAsync(view, cancel)
            : isSurveyor ? await LookAsync(view, cancel)
            : null;
    }

    /// <summary>How many connections nobody has announced; null if the server or the store cannot be asked. From any thread.</summary>
    public async Task<int?> CountAsync(CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(s_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        try
        {
            // The control connection is announced before it can be asked: only then does the list of the known have it.
            var first = await server.CountUnknownAsync(new HashSet<ulong>(), either.Token);
            return first is not null && await store.ReadAsync(either.Token) is { } view
                ? await server.CountUnknownAsync(view.LivingThreads(), either.Token)
                : null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private bool IsNeeded(ShareView view) =>
        view.Ledger is null || (!view.HasLivingHolder && (view.Surveyor == store.Self || IsStuck(view.Ledger)));

    /// <summary>True if nobody can get a share before room has been made among the lost: there is none, or it is a cap of before that holds.</summary>
    private bool IsStuck(ShareLedger ledger) =>
        ledger.Free < ShareDemand.FloorOf(pool.Options) || (ledger.Cap != options.Cap && !ledger.Holders.IsEmpty);

    private async ValueTask<CommitResult?> LookAsync(ShareView view, CancellationToken cancel)
    {
        Allow(ShareLedger.KeptPlaces);
        if (view.Ledger is not null || await CountAsync(cancel) is not { } found)
        {
            return null;
        }

        var result = await store.ReplaceAsync(view, ShareLedger.Create(options.Cap, found), endsSurvey: false, cancel);
        if (result == CommitResult.Done && found > 0)
        {
            ShareLog.Created(logger, options.Backend, found);
        }

        return result;
    }

    /// <summary>Lets another look at the server. The place goes to him when nothing of this life is there any more: there is but one for all.</summary>
    private async ValueTask<CommitResult?> EndAsync(ShareView view, CancellationToken cancel)
    {
        Allow(0);

        // What is left of an earlier life is not in this place: it is in that life's share or, if the shares are not known, among what he finds.
        if (pool.Permitted > 0)
        {
            return null;
        }

        _turn.GiveBack(view);
        var result = await store.EndSurveyAsync(view, cancel);
        if (result == CommitResult.Done)
        {
            ShareLog.SurveyEnded(logger, options.Backend);
        }

        return result;
    }

    private void Allow(int places)
    {
        if (pool.Snapshot().Max != places)
        {
            pool.Resize(places);
        }
    }
}
