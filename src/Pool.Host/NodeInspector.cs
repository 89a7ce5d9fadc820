using Pool.Actors.Sessions;
using Pool.Host.Admin;

namespace Pool.Host;

/// <summary>Shows operators the sessions and pools of this node.</summary>
internal sealed class NodeInspector(SessionServices services, IReadOnlyList<BackendUnit> backends, TimeProvider time) : INodeInspector
{
    /// <inheritdoc/>
    public IEnumerable<SessionView> Sessions()
    {
        var now = time.GetUtcNow();
        foreach (var session in services.Sessions.All())
        {
            var pins = session.Pins;
            yield return new SessionView(
                session.Id.Value,
                session.Origin.User,
                session.Peer,
                session.Origin.Listener,
                session.Origin.Backend.Name,
                session.Database,
                StateOf(session, pins),
                (pins & ~PinReasons.Transaction) == 0 ? null : (pins & ~PinReasons.Transaction).ToString(),
                session.StatementKind,
                now - time.GetElapsedTime(session.LastActiveAt),
                null);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<PoolView> Pools() =>
        backends.Select(b => new PoolView(b.Backend.Name, b.Address, b.Backend.Facts?.VersionText, b.Backend.Pool.Snapshot()));

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
