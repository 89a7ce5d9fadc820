using Pool.Actors.Backends;
using Pool.Actors.Pooling;
using Pool.Host.Admin.Api;
using Pool.Host.Admin.Views;

namespace Pool.Host.Admin.Endpoints;

/// <summary>The pools of each node, and what operators let them do.</summary>
internal static class PoolEndpoints
{
    public static IEnumerable<AdminRoute> Of(AdminNode node) =>
    [
        AdminRoute.Get("/v1/pools", AdminReach.Members, ["backend", "limit"], a =>
            AdminItems.Of(node.Chosen(a).Select(StatusOf), AdminJson.Default.PoolStatus, a.Limit)),
        AdminRoute.Get("/v1/pools/{backend}", AdminReach.Members, ["limit"], a =>
            AdminItems.Of(ConnectionsOf(node.Find(a.Required("backend")).Backend), AdminJson.Default.PooledView, a.Limit)),
        AdminRoute.Post("/v1/pools/{backend}/pause", AdminReach.Members, [], (a, _) => Change(node, a, static b => b.Backend.Pool.Pause())),
        AdminRoute.Post("/v1/pools/{backend}/resume", AdminReach.Members, [], (a, _) => Change(node, a, static b => b.Backend.Pool.Resume())),
        AdminRoute.Post("/v1/pools/{backend}/resize", AdminReach.Members, ["connections"], (a, _) => Resize(node, a)),
    ];

    internal static PoolStatus StatusOf(ServedBackend served)
    {
        var backend = served.Backend;
        var now = backend.Pool.Snapshot();
        return new PoolStatus(
            backend.Name, backend.Pool.Mode, now.Max, now.Idle, now.Leased, now.Borrowed, now.Lent, now.Connecting, now.Closing, now.Control, now.Waiting,
            now.LongestWait.TotalSeconds, backend.Pinned, backend.Metrics.Leases.Value, backend.Metrics.Repaints.Value)
        {
            Limit = served.Limit(),
            Users =
            [
                .. backend.Pool.UserQuotas.Where(q => q.Cap > 0).OrderBy(q => q.User, StringComparer.Ordinal)
                    .Select(q => new UserStatus(q.User, q.Used, q.Limit, q.Cap, q.Waiting)),
            ],
        };
    }

    private static IEnumerable<PooledView> ConnectionsOf(Backend backend) => backend.Pool.Connections().Select(c => new PooledView(
        backend.Name, c.Slot, c.State, c.ThreadId, c.Account,
        c.Fingerprint is { Index: >= 0 } carried ? SettingsDigest.Of(backend.Fingerprints[carried]) : null,
        c.IdleFor?.TotalSeconds, c.ExpiresIn?.TotalSeconds));

    private static ValueTask<AdminItems> Change(AdminNode node, AdminArguments wanted, Action<ServedBackend> change)
    {
        var served = node.Find(wanted.Required("backend"));
        change(served);
        return ValueTask.FromResult(AdminItems.Of([StatusOf(served)], AdminJson.Default.PoolStatus));
    }

    private static ValueTask<AdminItems> Resize(AdminNode node, AdminArguments wanted)
    {
        _ = wanted.Required("connections");
        var options = node.Find(wanted.Required("backend")).Backend.Pool.Options;
        var connections = (int)wanted.Whole("connections", options.ReservedConnections + 1, Math.Max(4096, options.MaxConnections))!;
        return Change(node, wanted, served => served.Resize(connections));
    }
}
