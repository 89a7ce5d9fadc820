using System.Globalization;
using Pool.Actors.Backends;

namespace Pool.Actors.Cluster.Shares;

/// <summary>Looks at a server over the pool's control connection: it is the referee of the cap.</summary>
/// <param name="control">Runs a statement there.</param>
/// <param name="users">Whose connections are the pool's.</param>
/// <param name="time">The clock.</param>
internal sealed class ServerSurvey(Func<string, CancellationToken, ValueTask<QueryResult>> control, IReadOnlySet<string> users, TimeProvider time)
{
    private const string Unauthenticated = "unauthenticated user";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private long _answeredAt;

    /// <summary>When the server last gave an answer that was of use; 0 for never. From any thread.</summary>
    public long AnsweredAt => Volatile.Read(ref _answeredAt);

    /// <summary>
    /// How many connections of the pool's users, or of nobody yet, are there beside the known ones; null if the server cannot be asked.
    /// Sees those of other users with the PROCESS privilege only.
    /// </summary>
    public async ValueTask<int?> CountUnknownAsync(IReadOnlySet<ulong> known, CancellationToken cancel)
    {
        var list = await control("SELECT ID, USER FROM information_schema.PROCESSLIST", cancel);
        return Note(list.Succeeded) ? list.Rows.Count(IsUnknown) : null;

        bool IsUnknown(IReadOnlyList<string?> row) =>
            row is [var id, { } user]
            && (user == Unauthenticated || users.Contains(user))
            && !(ulong.TryParse(id, CultureInfo.InvariantCulture, out var threadId) && known.Contains(threadId));
    }

    /// <summary>
    /// Asks the server to end a connection. What tells that it has ended is the server's own "unknown thread id": the process list
    /// hides other users' threads from who may not see them. One that is shown as a stranger's has got the number since: the server was restarted.
    /// </summary>
    public async ValueTask<(bool IsGone, bool IsAnswered, string? Text)> KillAsync(ulong threadId, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(s_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        var id = threadId.ToString(CultureInfo.InvariantCulture);
        var shown = await control($"SELECT USER FROM information_schema.PROCESSLIST WHERE ID = {id}", either.Token);
        if (shown.Rows is [[{ } user]] && user != Unauthenticated && !users.Contains(user))
        {
            return (true, true, null);
        }

        var kill = await control($"KILL CONNECTION {id}", either.Token);
        return (kill.IsNoSuchThread, Note(kill.ErrorCode >= 0), kill.ErrorText);
    }

    private bool Note(bool isAnswered)
    {
        if (isAnswered)
        {
            Volatile.Write(ref _answeredAt, time.GetTimestamp());
        }

        return isAnswered;
    }
}
