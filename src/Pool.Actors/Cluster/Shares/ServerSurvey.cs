using System.Collections.Immutable;
using System.Globalization;
using Pool.Actors.Backends;

namespace Pool.Actors.Cluster.Shares;

/// <summary>Looks at a server over the pool's control connection: it is the referee of the cap.</summary>
/// <param name="control">Runs a statement there.</param>
/// <param name="users">Whose connections are the pool's, as far as is known yet.</param>
/// <param name="time">The clock.</param>
internal sealed class ServerSurvey(Func<string, CancellationToken, ValueTask<QueryResult>> control, IReadOnlySet<string> users, TimeProvider time)
{
    private const string Unauthenticated = "unauthenticated user";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private ImmutableHashSet<string> _users = users.ToImmutableHashSet(StringComparer.Ordinal);
    private long _answeredAt;

    /// <summary>When the server last gave an answer that was of use; 0 for never. From any thread.</summary>
    public long AnsweredAt => Volatile.Read(ref _answeredAt);

    /// <summary>Takes note of users whose connections are the pool's. Those that were known stay so: what was opened for them is still there. From any thread.</summary>
    public void Know(IEnumerable<string> users) => ImmutableInterlocked.Update(ref _users, static (known, more) => known.Union(more), users);

    /// <summary>
    /// How many connections of the pool's users, or of nobody yet, are there beside the known ones; null if the server cannot be asked.
    /// Sees those of other users with the PROCESS privilege only.
    /// </summary>
    public async ValueTask<int?> CountUnknownAsync(IReadOnlySet<ulong> known, CancellationToken cancel)
    {
        var users = Volatile.Read(ref _users);
        var list = await control("SELECT ID, USER FROM information_schema.PROCESSLIST", cancel);
        return Note(list.Succeeded) ? list.Rows.Count(IsUnknown) : null;

        bool IsUnknown(IReadOnlyList<string?> row) =>
            row is [var id, { } user]
            && (user == Unauthenticated || users.Contains(user))
            && !(ulong.TryParse(id, CultureInfo.InvariantCulture, out var threadId) && known.Contains(threadId));
    }

    /// <summary>
    /// Asks the server to end a connection. What tells that it has ended is the server's own "unknown thread id": the process list
    /// hides other users' threads from who may not see them. One that is shown as another's than who it was announced for has got the number since: the
    /// server was restarted.
    /// </summary>
    /// <param name="threadId">The thread.</param>
    /// <param name="user">Whom it was announced for: not all nodes need have that account. Null if that is not known, so that it can be anybody's.</param>
    /// <param name="cancel">Gives up.</param>
    public async ValueTask<(bool IsGone, bool IsAnswered, string? Text)> KillAsync(ulong threadId, string? user, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(s_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        var id = threadId.ToString(CultureInfo.InvariantCulture);
        if (user is not null && IsAnothers(await control($"SELECT USER FROM information_schema.PROCESSLIST WHERE ID = {id}", either.Token), user))
        {
            return (true, true, null);
        }

        var kill = await control($"KILL CONNECTION {id}", either.Token);
        return (kill.IsNoSuchThread, Note(kill.ErrorCode >= 0), kill.ErrorText);
    }

    // Who has not logged in yet may be whoever was announced.
    private static bool IsAnothers(QueryResult shown, string user) =>
        shown.Rows is [[{ } owner]] && owner != Unauthenticated && owner != user;

    private bool Note(bool isAnswered)
    {
        if (isAnswered)
        {
            Volatile.Write(ref _answeredAt, time.GetTimestamp());
        }

        return isAnswered;
    }
}
