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
    private static readonly QueryResult s_nothing = new(0, null, []);
    private readonly long _asked = time.GetTimestamp();

    /// <summary>
    /// Asks on a connection how long the server has run. An older connection than the thread is a proof by itself, and nothing is sent. An answer is dropped that the
    /// connection refutes: servers reckon by their wall clock, which may have been set back.
    /// </summary>
    public async ValueTask<QueryResult> AskAsync(PooledConnection on, CancellationToken cancel)
    {
        if (on.OpenedAt <= since)
        {
            return s_nothing;
        }

        var answer = await on.QueryAsync("SHOW GLOBAL STATUS LIKE 'Uptime'", cancel);
        return BeganAfter(on.OpenedAt, answer) ? s_nothing : answer;
    }

    /// <summary>True if it was restarted; false if not, or if it does not say.</summary>
    public bool IsRestart(QueryResult answer) => BeganAfter(since, answer);

    // Whole seconds: it may have run for almost one more.
    private bool BeganAfter(long moment, QueryResult answer) =>
        answer.Rows is [[_, { } text]] && long.TryParse(text, out var seconds)
        && (seconds < 0 || time.GetElapsedTime(moment, _asked) >= TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue) + 1));
}
