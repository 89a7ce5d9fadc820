using Pool.Host.Admin.Api;
using Pool.Host.Admin.Views;

namespace Pool.Host.Admin.Endpoints;

/// <summary>The database servers, and how to leave one alone.</summary>
internal static class BackendEndpoints
{
    private static readonly string[] s_sums = ["share", "connections", "leased", "waiting", "sessions"];

    public static IEnumerable<AdminRoute> Of(AdminNode node) =>
    [
        AdminRoute.Get("/v1/backends", AdminReach.Members, ["backend"], a =>
            AdminItems.Of(node.Chosen(a).Select(b => View(node, b)), AdminJson.Default.BackendView)) with
        {
            Merge = static items => MergedItems.ByKey(items, ["backend"], s_sums, static (merged, all) =>
                merged["mode"] = all.Select(i => (string)i["mode"]!).Distinct().Count() == 1 ? (string)all[0]["mode"]! : "Mixed"),
        },
        AdminRoute.Post("/v1/backends/{backend}/drain", AdminReach.Members, [], (a, _) => Drain(node, a)),
    ];

    private static BackendView View(AdminNode node, ServedBackend served)
    {
        var (backend, pool) = (served.Backend, served.Backend.Pool);
        var now = pool.Snapshot();
        return new BackendView(
            backend.Name, served.Address(), backend.Facts?.VersionText, pool.Mode.ToString(), pool.Options.MaxConnections, now.Max,
            now.Active + now.Control, now.Leased, now.Waiting, node.Services.Sessions.All().Count(s => s.Origin.Backend == backend));
    }

    // Begins only: how far it is, /v1/pools tells.
    private static ValueTask<AdminItems> Drain(AdminNode node, AdminArguments wanted)
    {
        var served = node.Find(wanted.Required("backend"));
        _ = served.Backend.Pool.DrainAsync(CancellationToken.None).AsTask();
        return ValueTask.FromResult(AdminItems.Of([PoolEndpoints.StatusOf(served)], AdminJson.Default.PoolStatus));
    }
}
