using Pool.Actors.Sessions;
using Pool.Host.Admin.Api;
using Pool.Host.Admin.Views;

namespace Pool.Host.Admin.Endpoints;

/// <summary>Who holds connections, and why beyond the statement.</summary>
internal static class LeaseEndpoints
{
    // Only single reasons, and not those that are no pins: a sum of them, as Soft is one, is no reason by itself.
    private static readonly string[] s_reasons =
        [.. Enum.GetValues<PinReasons>().Where(r => uint.IsPow2((uint)r) && r != PinReasons.Transaction).Select(r => r.ToString())];

    public static IEnumerable<AdminRoute> Of(AdminNode node) =>
    [
        AdminRoute.Get("/v1/leases", AdminReach.Members, ["backend", "user", "limit"], a =>
            AdminItems.Of(Sessions(node, a).Select(s => Lease(node, s)).OfType<LeaseView>(), AdminJson.Default.LeaseView, a.Limit)),
        AdminRoute.Get("/v1/pins", AdminReach.Members, ["backend", "user", "reason", "limit"], a => Pins(node, a)) with
        {
            Merge = static items => items.OrderBy(i => (DateTimeOffset?)i["since"] ?? DateTimeOffset.MaxValue),
        },
    ];

    private static IEnumerable<Session> Sessions(AdminNode node, AdminArguments wanted)
    {
        var (backend, user) = (wanted.Text("backend"), wanted.Text("user"));
        return node.Services.Sessions.All().Where(s =>
            s.HoldsLease && (backend is null || s.Origin.Backend.Name == backend) && (user is null || s.Origin.User == user));
    }

    private static LeaseView? Lease(AdminNode node, Session session) => session.Holding is { } holding
        ? new LeaseView(
            session.Id.Value, session.Origin.User, session.Origin.Backend.Name, holding.ThreadId, node.Inspector.ViewOf(session).State, session.StatementKind,
            holding.RunsSince == 0 ? null : node.Time.GetElapsedTime(holding.RunsSince).TotalSeconds,
            session.Pins == PinReasons.None ? null : session.Pins.ToString())
        : null;

    private static AdminItems Pins(AdminNode node, AdminArguments wanted)
    {
        var reason = ReasonOf(wanted);
        var pins = Sessions(node, wanted).Select(node.Inspector.ViewOf)
            .Where(v => v.Pinned is { } pinned && (reason is null || pinned.Split(", ").Contains(reason)))
            .OrderBy(v => v.PinnedSince)
            .Select(v => new PinView(v.Id, v.User, v.Client, v.Backend, v.Pinned!, v.PinnedBy, v.PinnedSince, v.State));
        return AdminItems.Of(pins, AdminJson.Default.PinView, wanted.Limit);
    }

    private static string? ReasonOf(AdminArguments wanted) => wanted.Text("reason") is not { } text
        ? null
        : s_reasons.FirstOrDefault(r => r.Equals(text, StringComparison.OrdinalIgnoreCase))
            ?? throw AdminRefusedException.Malformed($"there is no reason {text} for a pin", $"reasons are: {string.Join(", ", s_reasons)}");
}
