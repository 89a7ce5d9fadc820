using Pool.Actors.Backends;
using Pool.Actors.Pooling;
using Pool.Actors.Settings;

namespace Pool.Actors.Sessions;

/// <summary>
/// Where a session comes from and where its statements go. Many sessions share one of these: it is interned, so that an idle
/// session costs a reference.
/// </summary>
/// <param name="User">The client user.</param>
/// <param name="Listener">The listener it came in through.</param>
/// <param name="Backend">The backend its route leads to.</param>
/// <param name="Class">The kind of connection it needs there.</param>
/// <param name="CanKillOthers">May end other users' sessions.</param>
/// <param name="Quota">What the user may hold of the backend's connections; null for one who has no cap.</param>
public sealed record SessionOrigin(
    string User, string Listener, Backend Backend, ConnectionClass Class, bool CanKillOthers, UserQuota? Quota = null)
{
    /// <summary>True if somebody waits who could use what the session holds: what is held for convenience alone should be given back.</summary>
    internal bool HasWaiters => Backend.Pool.HasWaiters || Quota is { Waiting: > 0 };
}
