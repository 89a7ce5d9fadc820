using Microsoft.Extensions.Logging;
using Pool.Actors.Cluster.Coordination;
using Pool.Actors.Cluster.Membership;

namespace Pool.Actors.Cluster.Shares;

/// <summary>
/// Ends the connections of a lost holder at the server, and makes its places free as the server says that they are gone. Several
/// survivors may do so at once: kills repeat without harm, and the ledger changes by compare-and-swap.
/// </summary>
internal sealed class Reclaim(ShareStore store, ServerSurvey server, string backend, ShareMetrics metrics, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_lastPause = TimeSpan.FromSeconds(1);

    /// <summary>Runs until the holder has left no trace, whoever brought that about, or is cancelled.</summary>
    public async Task RunAsync(Incarnation lost, CancellationToken cancel)
    {
        var gone = new HashSet<ulong>();
        ShareLog.Reclaiming(logger, backend, lost);
        for (var pause = s_firstPause; !await TryAsync(lost, gone, cancel); pause = pause * 2 < s_lastPause ? pause * 2 : s_lastPause)
        {
            await Task.Delay(pause, time, cancel);
        }
    }

    private async Task<bool> TryAsync(Incarnation lost, HashSet<ulong> gone, CancellationToken cancel)
    {
        if (await store.ReadAsync(cancel) is not { } view)
        {
            return false;
        }

        if (view.Ledger is not { } ledger || !view.Lost().Contains(lost))
        {
            return true;
        }

        if (view.ThreadsToEnd(lost) is not { } announced)
        {
            return false;
        }

        var name = ledger.Find(lost)?.Node ?? "?";
        var left = announced.Where(t => !gone.Contains(t.Key)).ToDictionary();
        if (!await EndAsync(left, gone, cancel))
        {
            return false;
        }

        return await ClaimAsync(view, ledger, lost, name, left.Count, cancel);
    }

    /// <summary>Ends threads and moves those that have ended to the others; false if the server does not answer.</summary>
    private async Task<bool> EndAsync(Dictionary<ulong, string?> left, HashSet<ulong> gone, CancellationToken cancel)
    {
        foreach (var (threadId, user) in left.ToList())
        {
            var (isGone, isAnswered, text) = await server.KillAsync(threadId, user, cancel);
            if (isGone)
            {
                left.Remove(threadId);
                gone.Add(threadId);
                continue;
            }

            metrics.Killed.Increment();
            if (text is not null)
            {
                ShareLog.NotEnded(logger, backend, threadId, text);
            }

            if (!isAnswered)
            {
                return false;
            }
        }

        return true;
    }

    private async Task<bool> ClaimAsync(
        ShareView view, ShareLedger ledger, Incarnation lost, string name, int left, CancellationToken cancel)
    {
        var before = ledger.Find(lost);
        var places = Math.Max(0, (before?.Share ?? 0) - left);
        var after = before is null ? ledger
            : left == 0 ? ledger.Remove(lost)
            : ledger.Set(lost, before.Share - places, before.Wanted);
        if (left > 0 && places == 0)
        {
            return false;
        }

        if (await store.ClaimAsync(view, after, lost, isGone: left == 0, cancel) != CommitResult.Done)
        {
            return false;
        }

        if (places > 0)
        {
            metrics.Reclaimed.Add(places);
            ShareLog.Reclaimed(logger, backend, places, name, lost);
        }

        // Once more while there is something: those that have not ended, or records of threads beyond what fits into one commit.
        return false;
    }
}
