using Pool.Actors.Sessions;

namespace Pool.Host.Admin;

/// <summary>Shows operators the sessions and pools of this node.</summary>
public sealed class NodeInspector(SessionServices services, IReadOnlyList<ServedBackend> backends, TimeProvider time) : INodeInspector
{
    /// <inheritdoc/>
    public IEnumerable<SessionView> Sessions() => services.Sessions.All().Select(ViewOf);

    /// <summary>A session as operators see it.</summary>
    public SessionView ViewOf(Session session)
    {
        var (now, pins, pinnedSince) = (time.GetUtcNow(), session.Pins, session.PinnedSince);
        return new SessionView(
            session.Id.Value,
            session.Origin.User,
            session.Peer,
            session.Origin.Listener,
            session.Origin.Backend.Name,
            session.Database,
            StateOf(session, pins),
            (pins & ~PinReasons.Transaction) == 0 ? null : (pins & ~PinReasons.Transaction).ToString(),
            session.PinnedBy,
            pinnedSince == 0 ? null : now - time.GetElapsedTime(pinnedSince),
            session.StatementKind,
            now - time.GetElapsedTime(session.LastActiveAt));
    }

    /// <inheritdoc/>
    public IEnumerable<PoolView> Pools() =>
        backends.Select(b => new PoolView(b.Backend.Name, b.Address(), b.Backend.Facts?.VersionText, b.Backend.Pool.Snapshot()));

    /// <summary>How many sessions are pinned, by backend and reason; a session with several reasons counts for each.</summary>
    public IEnumerable<(string Backend, string Reason, int Count)> PinnedByReason()
    {
        var counts = new Dictionary<(string, string), int>();
        foreach (var session in services.Sessions.All())
        {
            for (var rest = (uint)session.Pins; rest != 0; rest &= rest - 1)
            {
                var key = (session.Origin.Backend.Name, ((PinReasons)(rest & (~rest + 1))).ToString());
                counts[key] = counts.GetValueOrDefault(key) + 1;
            }
        }

        return counts.Select(c => (c.Key.Item1, c.Key.Item2, c.Value));
    }

    private static string StateOf(Session session, PinReasons pins) =>
        session.IsBusy ? session.HoldsLease ? "running" : "waiting"
        : (pins & PinReasons.Transaction) != 0 ? "in transaction"
        : session.HoldsLease ? "pinned" : "idle";
}
