using System.Collections.Concurrent;

namespace Pool.Actors.Sessions;

/// <summary>What a client user may, beside logging in. Immutable.</summary>
/// <param name="MaxSessions">Sessions at once; 0 for no limit.</param>
/// <param name="CanKillOthers">May end other users' sessions.</param>
public sealed record UserRights(int MaxSessions, bool CanKillOthers);

/// <summary>Counts the sessions of each user. Thread-safe.</summary>
public sealed class UserLimits
{
    private readonly ConcurrentDictionary<string, int> _sessions = new(StringComparer.Ordinal);

    /// <summary>Counts a session in; false if the user has as many as it may.</summary>
    public bool TryEnter(string user, int maxSessions)
    {
        if (_sessions.AddOrUpdate(user, 1, static (_, n) => n + 1) <= maxSessions || maxSessions == 0)
        {
            return true;
        }

        Leave(user);
        return false;
    }

    /// <summary>Counts a session out.</summary>
    public void Leave(string user) => _sessions.AddOrUpdate(user, 0, static (_, n) => n - 1);
}
