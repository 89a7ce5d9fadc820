using Pool.Actors.Backends;

namespace Pool.Actors.Pooling;

/// <summary>
/// Finds out whether a server was restarted since it gave a thread its number. Such a server has ended all threads, and counts anew: a KILL by
/// number would hit a stranger. Whether another has taken its place under its name is told only by how long that has run.
/// </summary>
/// <param name="time">The clock of <paramref name="since"/>.</param>
/// <param name="since">When the thread was there.</param>
internal readonly struct RestartProbe(TimeProvider time, long since)
{
    private readonly long _asked = time.GetTimestamp();

    /// <summary>Asks on a connection. An older one than the thread is the proof by itself: the server's own answer follows its wall clock.</summary>
    public ValueTask<QueryResult> AskAsync(PooledConnection on, CancellationToken cancel) => on.OpenedAt <= since
        ? ValueTask.FromResult(new QueryResult(0, null, []))
        : on.QueryAsync("SHOW GLOBAL STATUS LIKE 'Uptime'", cancel);

    /// <summary>True if it was restarted; false if not, or if it does not say. Whole seconds: it may have run for almost one more.</summary>
    public bool IsRestart(QueryResult answer) =>
        answer.Rows is [[_, { } text]] && long.TryParse(text, out var seconds)
        && time.GetElapsedTime(since, _asked) >= TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue) + 1);
}
