using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pool.Actors.Backends;
using Pool.Actors.Pooling;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Faults;

/// <summary>A real node whose books can be compared with the server's.</summary>
internal sealed partial class FaultNode(DatabaseServer server) : IAsyncDisposable
{
    /// <summary>Whom clients log in as.</summary>
    public const string User = "app";

    /// <summary>Another one, with the same password.</summary>
    public const string SecondUser = "second";

    /// <summary>The file with those users' password.</summary>
    public const string UserSecret = "user.secret";

    /// <summary>The file with the password of the server's users.</summary>
    public const string AccountSecret = "account.secret";

    /// <summary>That password, at first.</summary>
    public const string UserPassword = "Client-pass-0word";

    /// <summary>The password of the server's users, at first.</summary>
    public const string AccountPassword = "Server-pass-0word";

    // Listeners, the tests' own requests to the admin port, and what the runtime has.
    private const int OwnSockets = 4;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    /// <summary>The process.</summary>
    public PoolNode Process { get; } = new();

    /// <summary>It serves other tests as well, so that its rig ends it.</summary>
    public bool IsKept { get; set; }

    /// <summary>Starts it.</summary>
    public async Task LaunchAsync(NodeSettings settings, string accountPassword = AccountPassword)
    {
        await WriteSecretAsync(UserSecret, UserPassword);
        await WriteSecretAsync(AccountSecret, accountPassword);
        await Process.LaunchAsync(settings.Write(server, Process), new Dictionary<string, string>());
    }

    /// <summary>Writes a file with a secret.</summary>
    public Task WriteSecretAsync(string file, string secret) => File.WriteAllTextAsync(Process.PathTo(file), secret);

    /// <summary>Gives it another configuration and waits until it has read that.</summary>
    public async Task ReloadAsync(NodeSettings settings)
    {
        await Process.ConfigureAsync(settings.Write(server, Process));
        var before = Process.Log.Length;
        Process.Send(Signal.HangUp);
        await Eventually.TrueAsync(() => Process.Log[before..].Contains("Configuration reloaded", StringComparison.Ordinal), "the node does not reload");
    }

    /// <summary>A session.</summary>
    public Task<SqlClient> ConnectAsync(string password = UserPassword, string user = User) => SqlClient.ConnectAsync(Process.Port, user, password);

    /// <summary>A session, or why there is none.</summary>
    public Task<(SqlClient? Client, ConnectFailure? Failure)> TryConnectAsync(string password = UserPassword) =>
        SqlClient.TryConnectAsync(Process.Port, User, password);

    /// <summary>What GET /pools says of its backend.</summary>
    public async Task<PoolSnapshot> PoolAsync() =>
        JsonSerializer.Deserialize<View[]>(await Process.AdminAsync("/pools"), s_json)![0].Snapshot;

    /// <summary>
    /// Waits until all sessions but these are gone and nothing is under way, and expects that the node's own books (/pools and
    /// /metrics), its sockets and the server's process list agree on what is left; and that it has not logged a fault of its own.
    /// </summary>
    public async Task RestsAsync(SqlClient administrator, int sessions = 0)
    {
        var seen = "";
        await Eventually.TrueAsync(
            async () =>
            {
                var pool = await PoolAsync();
                var listed = await ProcessList.CountAsync(administrator, FaultRig<MariaDbServer>.Account);
                var metrics = await Process.AdminAsync("/metrics");
                var metered = ConnectionGauge().Matches(metrics).Sum(m => int.Parse(m.Groups[1].Value, null));
                var open = SessionGauge().Match(metrics).Groups[1].Value;
                var sockets = Sockets();
                seen = $"{pool}; {listed} in the process list, {metered} in the metrics, {open} sessions, {sockets} sockets";
                return pool is { Leased: 0, Connecting: 0, Closing: 0, Waiting: 0, IsConserved: true } && pool.Active == pool.Idle
                    && listed == pool.Active + pool.Control && listed == metered && open == $"{sessions}"
                    && sockets <= listed + sessions + OwnSockets;
            },
            () => $"the node does not come to rest, or its books are wrong: {seen}\n{Process.Log}");
        Assert.DoesNotContain(" fail: ", Process.Log, StringComparison.Ordinal);
    }

    /// <summary>Whether its sessions are gone, and no connection is kept for any, as soon as may be expected.</summary>
    public async Task<bool> HasComeToRestAsync()
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromSeconds(5); await Task.Delay(20))
        {
            if (await PoolAsync() is { Leased: 0, Waiting: 0 } && SessionGauge().Match(await Process.AdminAsync("/metrics")).Groups[1].Value == "0")
                return true;
        }

        return false;
    }

    private int Sockets() => Directory.EnumerateFiles($"/proc/{Process.ProcessId}/fd")
        .Count(f => new FileInfo(f).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => IsKept ? ValueTask.CompletedTask : Process.DisposeAsync();

    [GeneratedRegex(@"^pool_connections\{.*\} (\d+)", RegexOptions.Multiline)]
    private static partial Regex ConnectionGauge();

    [GeneratedRegex(@"^pool_sessions (\d+)", RegexOptions.Multiline)]
    private static partial Regex SessionGauge();

    private sealed record View(PoolSnapshot Snapshot);
}
