using System.Diagnostics;
using Pool.Host.Admin.Api;
using Pool.Host.Admin.Views;

namespace Pool.Host.Admin.Endpoints;

/// <summary>The nodes, and whether they take clients.</summary>
internal static class NodeEndpoints
{
    public static IEnumerable<AdminRoute> Of(AdminNode node) =>
    [
        AdminRoute.Get("/v1/nodes", AdminReach.Members, [], _ => View(node)),
        AdminRoute.Post("/v1/nodes/drain", AdminReach.OneMember, [], (_, _) => Change(node, node.Life.Drain)),
        AdminRoute.Post("/v1/nodes/resume", AdminReach.OneMember, [], (_, _) => Change(node, node.Life.Resume)),
    ];

    private static ValueTask<AdminItems> Change(AdminNode node, Func<string?> change) => change() is { } problem
        ? throw AdminRefusedException.Conflict(problem, "look at the node's log; one that leaves can only be started again")
        : ValueTask.FromResult(View(node));

    private static AdminItems View(AdminNode node)
    {
        using var process = Process.GetCurrentProcess();
        var (connections, waiting) = (0, 0);
        foreach (var served in node.Backends)
        {
            var pool = served.Backend.Pool.Snapshot();
            (connections, waiting) = (connections + pool.Active + pool.Control, waiting + pool.Waiting);
        }

        var self = node.Membership.Self;
        var view = new NodeView(
            node.Life.Role, node.Life.Readiness, self.Slot, self.Release,
            Math.Max(0, (node.Time.GetUtcNow() - process.StartTime.ToUniversalTime()).TotalSeconds),
            node.Services.Sessions.Count, connections, waiting, process.WorkingSet64, process.TotalProcessorTime.TotalSeconds);
        return AdminItems.Of([view], AdminJson.Default.NodeView);
    }
}
