using Pool.Actors.Backends;
using Pool.Actors.Pooling;
using Pool.Actors.Settings;
using Pool.Host.Admin.Api;
using Pool.Host.Admin.Views;

namespace Pool.Host.Admin.Endpoints;

/// <summary>Which settings sessions have: each kind needs connections of its own, or repaints.</summary>
internal static class SettingsEndpoints
{
    private const int MaxValueLength = 200;
    private static readonly string[] s_sums = ["sessions", "connections", "waiting"];

    public static IEnumerable<AdminRoute> Of(AdminNode node) =>
    [
        AdminRoute.Get("/v1/settings", AdminReach.Members, ["backend", "limit"], a => Top(node, a)) with
        {
            Merge = static items => MergedItems.ByKey(items, ["backend", "settings"], s_sums)
                .OrderByDescending(i => (int)i["sessions"]!).ThenByDescending(i => (int)i["connections"]!),
        },
    ];

    /// <summary>Settings as operators see them. Values of variables are no people's data, and passwords are never among them.</summary>
    internal static SettingsView View(Backend backend, FingerprintEntry entry, int sessions, int connections, int waiting)
    {
        var (settings, kind) = (entry.Settings, entry.Class);
        var variables = settings.Baseline.Catalogue.Variables;
        return new SettingsView(
            backend.Name, SettingsDigest.Of(entry), kind.Account, settings.Database,
            settings.Changes.ToDictionary(c => variables[c.Index].Name, c => Shown(c.Value)),
            [
                .. kind.FoundRows ? ["FoundRows"] : Array.Empty<string>(), .. kind.LocalFiles ? ["LocalFiles"] : Array.Empty<string>(),
                .. kind.ExtendedMetadata ? ["ExtendedMetadata"] : Array.Empty<string>(), .. settings.MultiStatements ? ["MultiStatements"] : Array.Empty<string>(),
            ],
            sessions, connections, waiting);
    }

    private static AdminItems Top(AdminNode node, AdminArguments wanted)
    {
        var views = node.Chosen(wanted).SelectMany(served => Uses(node, served.Backend))
            .OrderByDescending(u => u.Sessions).ThenByDescending(u => u.Use.Connections)
            .Select(u => View(u.Backend, u.Use.Entry, u.Sessions, u.Use.Connections, u.Use.Waiting));
        return AdminItems.Of(views, AdminJson.Default.SettingsView, wanted.Limit);
    }

    private static IEnumerable<(Backend Backend, FingerprintUse Use, int Sessions)> Uses(AdminNode node, Backend backend)
    {
        var sessions = node.Services.Sessions.All().Where(s => s.Origin.Backend == backend).CountBy(s => s.Needed).ToDictionary();
        return backend.Pool.Uses()
            .Select(use => (backend, use, sessions.GetValueOrDefault(use.Entry.Fingerprint)))
            .Where(u => u.Item3 + u.use.Connections + u.use.Waiting > 0);
    }

    private static string? Shown(string value) =>
        value == VariableCatalogue.Null ? null : value.Length > MaxValueLength ? value[..MaxValueLength] + "..." : value;
}
