using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pool.Actors.Cluster.Coordination;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Cluster.Shares;
using Pool.Host.Etcd;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Cluster.FaultList;

/// <summary>What etcd, the nodes and the server say of a cluster's connections: at rest they agree.</summary>
internal sealed partial class Books(NodeCluster cluster) : IAsyncDisposable
{
    private const string Shares = "backends/main/shares";
    private const string Threads = "backends/main/threads/";
    private const int Floor = 2;
    private const int LastLines = 60;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly string[] s_telling = ["pool_connections{", "pool_connections_max", "pool_share{", "pool_waiting", "pool_borrowed{", "pool_lent{", "pool_cluster_proven"];
    private readonly ClusterKeys _keys = new(NodeCluster.Name);
    private readonly EtcdCoordinator _coordinator = cluster.Etcd.Coordinator();

    /// <summary>Which life of a node is a member now; null if none is, or etcd cannot be read.</summary>
    public async Task<string?> LifeOfAsync(int node) =>
        await ReadAsync() is { } view && MembersOf(view).TryGetValue($"pool-{node + 1}", out var life) ? life : null;

    /// <summary>Waits until it is true; fails with these words and all that can be seen when that takes far too long.</summary>
    public Task UntilAsync(Func<Task<bool>> condition, Func<string> failure) => Eventually.TrueAsync(condition, async () => $"{failure()}\n{await DescribeAsync()}", s_patience);

    /// <summary>Waits until nothing is left of a life: no share, and no thread.</summary>
    public Task ForgottenAsync(string life) => UntilAsync(
        async () => await ReadAsync() is { } view && !HoldersOf(view).ContainsKey(life) && !ThreadOwnersOf(view).Contains(life),
        () => $"what life {life} had is not taken over");

    /// <summary>
    /// Waits until every node is a ready member with a share, nobody else has one or has left a thread, all shares are within the cap, nobody
    /// uses, waits for or has borrowed a connection, and the nodes together have as many as the server.
    /// </summary>
    public async Task AgreeAsync(SqlClient administrator)
    {
        var seen = "";
        await Eventually.TrueAsync(
            async () => (seen = await DisagreementAsync(administrator) ?? "").Length == 0,
            async () => $"the cluster does not come to rest, or its books are wrong: {seen}\n{await DescribeAsync()}",
            s_patience);
        Assert.DoesNotContain("this is a bug", cluster.Log, StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _coordinator.DisposeAsync();

    // For whoever looks for what went wrong.
    private async Task<string> DescribeAsync()
    {
        var list = await cluster.Server.QueryAsync("SELECT USER, ID, COMMAND, TIME, STATE, INFO FROM information_schema.PROCESSLIST ORDER BY 1, 2");
        var nodes = await Task.WhenAll(cluster.Nodes.Select(async n => await n.TryAdminAsync("/metrics") is { } page
            ? string.Join("; ", MetricLine().Matches(page).Select(m => m.Value).Where(l => s_telling.Any(t => l.StartsWith(t, StringComparison.Ordinal)))) : "no answer"));
        return $"{string.Join('\n', nodes)}\n{list}\n{string.Join("\n---\n", cluster.Nodes.Select(n => string.Join('\n', n.Log.Split('\n').TakeLast(LastLines))))}";
    }

    private async Task<string?> DisagreementAsync(SqlClient administrator)
    {
        if (!(await Task.WhenAll(cluster.Nodes.Select(n => n.IsReadyAsync()))).All(r => r))
            return "a node is not ready";
        if (await ReadAsync() is not { } view)
            return "etcd cannot be read";

        var (members, holders) = (MembersOf(view), HoldersOf(view));
        var pages = await Task.WhenAll(cluster.Nodes.Select(n => n.AdminAsync("/metrics")));
        var listed = await NodeCluster.CountAsync(administrator);
        var had = pages.Sum(p => Sum(p, "pool_connections"));
        var busy = pages.Sum(p => Sum(p, "pool_connections", "leased") + Sum(p, "pool_connections", "connecting") + Sum(p, "pool_connections", "closing")
            + Sum(p, "pool_waiting") + Sum(p, "pool_borrowed") + Sum(p, "pool_lent"));
        var shares = string.Join(", ", holders.Select(h => $"{h.Key} has {h.Value}"));
        return members.Count != cluster.Nodes.Count ? $"{members.Count} members"
            : !holders.Keys.ToHashSet().SetEquals(members.Values) ? $"members {string.Join(", ", members.Values)}, but {shares}"
            : holders.Values.Any(s => s < Floor) || FoundIn(view) > 0 || holders.Values.Sum() > cluster.Cap - ShareLedger.KeptPlaces ? $"{shares}; {FoundIn(view)} of nobody"
            : ThreadOwnersOf(view).Except(members.Values).FirstOrDefault() is { } dead ? $"threads of life {dead}"
            : pages.Sum(p => Sum(p, "pool_share")) != holders.Values.Sum() ? "the nodes' shares are other ones than in etcd"
            : busy != 0 || listed != had ? $"{busy} in use; {listed} in the process list, {had} in the nodes' books"
            : null;
    }

    private async Task<CoordinationView?> ReadAsync() => await _coordinator.ReadAsync(_keys.Root, CancellationToken.None);

    private Dictionary<string, string> MembersOf(CoordinationView view) => view.Entries
        .Where(e => e.Key.StartsWith(_keys.Members, StringComparison.Ordinal))
        .ToDictionary(e => e.Key[_keys.Members.Length..], e => Json(e.Value).GetProperty("member").GetProperty("incarnation").GetString()!);

    private Dictionary<string, int> HoldersOf(CoordinationView view) => view.Entries.TryGetValue(_keys.Root + Shares, out var ledger)
        ? Json(ledger).GetProperty("holders").EnumerateArray().ToDictionary(h => h.GetProperty("incarnation").GetString()!, h => h.GetProperty("share").GetInt32())
        : [];

    private int FoundIn(CoordinationView view) => Json(view.Entries[_keys.Root + Shares]).GetProperty("found").GetInt32();

    private HashSet<string> ThreadOwnersOf(CoordinationView view) => [.. view.Entries.Keys
        .Where(k => k.StartsWith(_keys.Root + Threads, StringComparison.Ordinal))
        .Select(k => k[(_keys.Root + Threads).Length..].Split('/')[0])];

    private static JsonElement Json(CoordinationEntry entry) => JsonDocument.Parse(entry.Value).RootElement;

    private static int Sum(string page, string metric, string state = "") => MetricLine().Matches(page)
        .Where(m => m.Groups["name"].Value == metric && m.Groups["labels"].Value.Contains(state, StringComparison.Ordinal))
        .Sum(m => int.Parse(m.Groups["value"].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"^(?<name>\w+)(\{(?<labels>.*)\})? (?<value>-?\d+)$", RegexOptions.Multiline)]
    private static partial Regex MetricLine();
}
