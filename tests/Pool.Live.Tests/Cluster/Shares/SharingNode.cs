using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Cluster.Shares;

/// <summary>One node of a cluster, and clients that keep it busy.</summary>
/// <param name="name">Its name.</param>
/// <param name="server">The database server.</param>
/// <param name="etcd">The store.</param>
/// <param name="userCap">What <see cref="FaultNode.User"/> may hold on all nodes; 0: no limit.</param>
internal sealed partial class SharingNode(string name, DatabaseServer server, EtcdServers etcd, int userCap = 0) : IAsyncDisposable
{
    /// <summary>A client user without a limit.</summary>
    public const string FreeUser = "free";

    /// <summary>The time after which a node that is not heard of is lost.</summary>
    public static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(4);

    private readonly int _peerPort = FreePort.Next();
    private readonly List<SharingClients> _clients = [];

    /// <summary>The process.</summary>
    public PoolNode Process { get; } = new();

    /// <summary>Statements of its clients that have succeeded.</summary>
    public int Done => _clients.Sum(c => c.Done);

    /// <summary>What its clients were told when a statement did not, and how often.</summary>
    public IReadOnlyDictionary<string, int> Errors =>
        _clients.SelectMany(c => c.Errors).GroupBy(e => e.Key).ToDictionary(e => e.Key, e => e.Sum(n => n.Value));

    /// <summary>Starts it, and waits until it is ready.</summary>
    public async Task StartAsync(int cap)
    {
        await LaunchAsync(cap);
        await Process.ReadyAsync();
    }

    /// <summary>Starts it.</summary>
    public async Task LaunchAsync(int cap)
    {
        await File.WriteAllTextAsync(Process.PathTo(FaultNode.UserSecret), FaultNode.UserPassword);
        await File.WriteAllTextAsync(Process.PathTo(FaultNode.AccountSecret), FaultNode.AccountPassword);
        await Process.LaunchAsync(Configuration(cap), new Dictionary<string, string>());
    }

    /// <summary>A reload brings it another account of the server, that of <see cref="FreeUser"/> from now on.</summary>
    public async Task AddAccountAsync(int cap)
    {
        await Process.ConfigureAsync(Configuration(cap, accounts: 2));
        Process.Send(Signal.HangUp);
        await Eventually.TrueAsync(() => Process.Log.Contains("Configuration reloaded", StringComparison.Ordinal), "the node does not reload");
    }

    /// <summary>So many clients run statements of so many seconds, again and again, until they are told to leave.</summary>
    public void Load(int clients, double seconds) => _clients.Add(
        new SharingClients(Process, clients, FaultNode.User, string.Create(CultureInfo.InvariantCulture, $"SELECT SLEEP({seconds})")));

    /// <summary>Its clients leave after their statements.</summary>
    public Task RestAsync() => Task.WhenAll(_clients.Select(c => c.LeaveAsync()));

    /// <summary>The connections to the server that it says it has.</summary>
    public async Task<int> ConnectionsAsync() =>
        ConnectionGauge().Matches(await Process.AdminAsync("/metrics")).Sum(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture));

    /// <summary>A number of its metrics.</summary>
    public async Task<int> MetricAsync(string metric) => int.Parse(
        Regex.Match(await Process.AdminAsync("/metrics"), $@"^{metric}\{{.*\}} (-?\d+)", RegexOptions.Multiline).Groups[1].Value, CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        var leaving = RestAsync();
        await Process.DisposeAsync();
        await leaving;
        foreach (var clients in _clients)
        {
            await clients.DisposeAsync();
        }
    }

    private string Configuration(int cap, int accounts = 1)
    {
        (string Account, string User)[] served = [(FaultRig<MariaDbServer>.OtherAccount, FreeUser), (FaultRig<MariaDbServer>.Account, "*")];
        served = served[^accounts..];
        object FileOf(string secret) => new { File = Process.PathTo(secret) };
        return JsonSerializer.Serialize(new
        {
            Node = new { Name = name },
            Cluster = new
            {
                Name = "shares",
                Etcd = new { Endpoints = etcd.Endpoints.Select(e => e.ToString().TrimEnd('/')) },
                Secret = FileOf(FaultNode.UserSecret),
                LeaseTime = $"{LeaseTime:c}",
                Address = "127.0.0.1",
                Port = _peerPort,
                AdvertisedHost = "127.0.0.1",
            },
            Listeners = new[] { new { Name = "main", Process.Port, Backend = "main" } },
            Backends = new[] { new { Name = "main", Host = "127.0.0.1", server.Port, MaxConnections = cap, Tls = new { Mode = "disabled" }, ConnectsPerSecond = 200 } },
            Accounts = served.Reverse().Select(s => new { Name = s.Account, Backend = "main", User = s.Account, Password = FileOf(FaultNode.AccountSecret) }),
            Users = new[]
            {
                new { Name = FaultNode.User, Password = FileOf(FaultNode.UserSecret), MaxConnections = userCap },
                new { Name = FreeUser, Password = FileOf(FaultNode.UserSecret), MaxConnections = 0 },
            },
            Routes = served.Select(s => new { s.User, s.Account }),
            Admin = new { Port = Process.AdminPort },
            Shutdown = new { DrainTimeout = "00:00:05" },
            Log = new { Level = "Debug", Format = "text" },
        });
    }

    [GeneratedRegex(@"^pool_connections\{.*\} (\d+)", RegexOptions.Multiline)]
    private static partial Regex ConnectionGauge();
}
