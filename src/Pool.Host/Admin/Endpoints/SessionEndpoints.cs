using System.Text.Json;
using Pool.Actors.Runtime;
using Pool.Actors.Sessions;
using Pool.Host.Admin.Api;
using Pool.Wire.Statements;

namespace Pool.Host.Admin.Endpoints;

/// <summary>The sessions: who is there, and how to end one or its statement.</summary>
internal static class SessionEndpoints
{
    public static IEnumerable<AdminRoute> Of(AdminNode node) =>
    [
        AdminRoute.Get(
            "/v1/sessions", AdminReach.Members, ["user", "database", "state", "backend", "client", "pinned", "after", "limit"], a => List(node, a)) with
        {
            Merge = static items => items.OrderBy(i => (uint)i["id"]!),
            Continues = "id",
        },
        AdminRoute.Get("/v1/sessions/{id}", AdminReach.SessionOwner, [], a => Show(node, Find(node, a))),
        AdminRoute.Post("/v1/sessions/{id}/kill", AdminReach.SessionOwner, ["scope"], (a, _) => KillAsync(node, a)),
    ];

    private static AdminItems List(AdminNode node, AdminArguments wanted)
    {
        var (user, database, state, backend) = (wanted.Text("user"), wanted.Text("database"), wanted.Text("state"), wanted.Text("backend"));
        var (client, pinned, after) = (wanted.Text("client"), wanted.Flag("pinned"), wanted.Whole("after", 0, int.MaxValue) ?? 0);

        // In the order of their ids, so that a list can go on where it ended.
        var views = node.Services.Sessions.All()
            .Where(s => s.Id.Value > after && (user is null || s.Origin.User == user) && (backend is null || s.Origin.Backend.Name == backend))
            .Select(node.Inspector.ViewOf)
            .Where(v => (database is null || v.Database == database) && (state is null || v.State == state)
                && (client is null || v.Client.StartsWith(client, StringComparison.Ordinal)) && (pinned is null || pinned == (v.Pinned is not null)));
        return AdminItems.Of(views, AdminJson.Default.SessionView, wanted.Limit);
    }

    private static AdminItems Show(AdminNode node, Session session)
    {
        var shown = JsonSerializer.SerializeToNode(node.Inspector.ViewOf(session), AdminJson.Default.SessionView)!.AsObject();
        shown["threadId"] = session.Holding?.ThreadId;
        if (session.Needed is { Index: >= 0 } needed)
        {
            var backend = session.Origin.Backend;
            shown["settings"] = JsonSerializer.SerializeToNode(
                SettingsEndpoints.View(backend, backend.Fingerprints[needed], 1, 0, 0), AdminJson.Default.SettingsView);
        }

        return new AdminItems([shown]);
    }

    private static async ValueTask<AdminItems> KillAsync(AdminNode node, AdminArguments wanted)
    {
        var scope = wanted.OneOf("scope", "connection", "query") == "query" ? KillScope.Query : KillScope.Connection;
        var session = Find(node, wanted);
        node.Services.Metrics.Kills[scope.ToString()].Increment();
        // As it was: of a session that has ended nothing is left to tell who it was.
        var killed = node.Inspector.ViewOf(session);
        await session.KillAsync(scope);
        return AdminItems.Of([killed], AdminJson.Default.SessionView);
    }

    private static Session Find(AdminNode node, AdminArguments wanted)
    {
        var id = new SessionId((uint)wanted.Whole("id", 1, int.MaxValue)!);
        return node.Services.Sessions.Find(id) ?? throw AdminRefusedException.NotFound($"there is no session {id}", "it may have ended; pbm session list shows who is there");
    }
}
