using System.Text.Json.Nodes;
using Pool.Actors.Runtime;
using Pool.Host.Admin.Api;
using Pool.Host.Admin.Views;

namespace Pool.Host.Admin.Endpoints;

/// <summary>The cluster: its members, their slots, how to join and to leave it.</summary>
internal static class ClusterEndpoints
{
    public static IEnumerable<AdminRoute> Of(AdminNode node) =>
    [
        AdminRoute.Get("/v1/cluster", AdminReach.Members, [], _ => AdminItems.Of([Member(node)], AdminJson.Default.MemberView)),
        AdminRoute.Get("/v1/cluster/join-info", AdminReach.OneMember, [], _ =>
            new AdminItems([new JsonObject(node.JoinInfo().Select(i => KeyValuePair.Create(i.Key, (JsonNode?)i.Value)))])),
        AdminRoute.Get("/v1/slots", AdminReach.Members, [], _ => AdminItems.Of([Slot(node)], AdminJson.Default.SlotView)),
        AdminRoute.Post("/v1/cluster/leave", AdminReach.OneMember, [], (_, _) => Leave(node)),
        AdminRoute.Post("/v1/cluster/down", AdminReach.Members, [], (_, _) => Leave(node)),
    ];

    private static MemberView Member(AdminNode node)
    {
        var (self, view) = (node.Membership.Self, node.Membership.View);
        return new MemberView(
            node.Life.Role, self.Slot, self.Incarnation.ToString(), self.PeerAddress, self.AdminAddress, self.Release, self.Protocol, self.JoinedAt,
            node.Membership.IsProven, view.Version, view.Members.Count);
    }

    private static SlotView Slot(AdminNode node)
    {
        var self = node.Membership.Self;
        return new SlotView(
            self.Slot, self.Incarnation.ToString(), node.Life.Role,
            SessionId.From(self.Slot, 1).Value, SessionId.From(self.Slot, SessionId.MaxLocal).Value, node.Services.Sessions.Count);
    }

    private static ValueTask<AdminItems> Leave(AdminNode node)
    {
        node.Life.Leave();
        return ValueTask.FromResult(AdminItems.Of([Member(node)], AdminJson.Default.MemberView));
    }
}
