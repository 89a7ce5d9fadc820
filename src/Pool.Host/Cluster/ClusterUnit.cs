using System.Net;
using System.Reflection;
using Microsoft.Extensions.Logging;
using Pool.Actors.Cluster.Coordination;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Cluster.Peers;
using Pool.Host.Configuration;
using Pool.Host.Etcd;
using Pool.Host.Peers;

namespace Pool.Host.Cluster;

/// <summary>
/// What makes a node one of a cluster, wired in the order in which it depends on each other. A node that is alone has a cluster of its own,
/// in its memory. Disposed after the node, when nothing uses what the cluster gave it any more.
/// </summary>
internal sealed class ClusterUnit : IAsyncDisposable
{
    private const string Alone = "standalone";
    private const int OnlySlot = 1;
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);

    /// <summary>A node that ends waits no longer for a store that does not answer.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);
    private readonly CancellationTokenSource _ending = new();
    private readonly TimeProvider _time;
    private readonly string? _refusal;
    private volatile string? _obstacle;

    /// <summary>Puts it together; nothing happens before <see cref="JoinAsync"/>.</summary>
    public ClusterUnit(PoolConfig config, SecretResolver secrets, ILoggerFactory loggers, TimeProvider time)
    {
        _time = time;
        SharesBackends = config.Cluster is not null;
        Coordinator = config.Cluster is { Etcd: var etcd }
            ? new EtcdCoordinator(EtcdOptionsOf(etcd, secrets), time, loggers.CreateLogger("Pool.Etcd"))
            : new InProcessCoordinator(time);
        Membership = new ClusterMembership(
            Coordinator, config.Cluster is { } cluster ? OptionsOf(config, cluster, secrets) : OptionsAlone(config),
            time, Random.Shared, loggers.CreateLogger("Pool.Cluster"));
        if (config.Cluster is { } shared)
        {
            (Peers, _refusal) = PeersOf(shared, config.Node.Name, secrets, loggers.CreateLogger("Pool.Peers"));
        }

        _obstacle = $"joining cluster {Membership.Cluster}";
    }

    /// <summary>What the cluster agrees in.</summary>
    public ICoordinator Coordinator { get; }

    /// <summary>The node's membership.</summary>
    public ClusterMembership Membership { get; }

    /// <summary>The way to the other nodes, and theirs to this one; null for a node that is alone, and for one that cannot join.</summary>
    public PeerUnit? Peers { get; }

    /// <summary>The node shares its backends' connections with others.</summary>
    public bool SharesBackends { get; }

    /// <summary>What keeps the node from being a member for the first time; null once it was one.</summary>
    public string? Obstacle => _obstacle;

    /// <summary>Joins, and tries until it is done or cancelled; answers why the cluster will not have the node, else null.</summary>
    public async Task<string?> JoinAsync(CancellationToken cancel)
    {
        if (_refusal is not null)
        {
            return _refusal;
        }

        while (!cancel.IsCancellationRequested)
        {
            try
            {
                var (outcome, problem) = await Membership.JoinAsync(cancel);
                if (outcome != JoinOutcome.NotYet)
                {
                    _obstacle = null;
                    return problem;
                }

                _obstacle = $"joining cluster {Membership.Cluster}: {problem}";
                await Task.Delay(s_retry, _time, cancel);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        return null;
    }

    /// <summary>Lets the others know what the node does from now on, as soon as they can be told.</summary>
    public void Tell(MemberRole role) => _ = TellAsync(role);

    /// <summary>Leaves the cluster.</summary>
    public async ValueTask DisposeAsync()
    {
        Peers?.Dispose();
        await _ending.CancelAsync();
        using var deadline = new CancellationTokenSource(s_patience, _time);
        try
        {
            await Membership.LeaveAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            // The others see it when the lease has expired.
        }

        await Membership.DisposeAsync();
        await Coordinator.DisposeAsync();
    }

    private async Task TellAsync(MemberRole role)
    {
        try
        {
            await Membership.SetRoleAsync(role, _ending.Token);
        }
        catch (OperationCanceledException)
        {
            // They see that the node has left.
        }
    }

    private (PeerUnit? Peers, string? Refusal) PeersOf(ClusterConfig cluster, string name, SecretResolver secrets, ILogger logger)
    {
        if (!secrets.TryResolve(cluster.Secret, out var secret, out var problem))
        {
            return (null, $"Cluster.Secret: {problem}");
        }

        // The check of the configuration has looked at it; since then the file may have changed.
        if (secret.Length < PeerSecret.MinLength)
        {
            return (null, $"Cluster.Secret: has fewer than {PeerSecret.MinLength} characters");
        }

        var services = new PeerServices(Membership, PeerSecret.From(secret), new PeerLimits(), new PeerMetrics(), _time, logger)
        {
            Encryption = cluster.Encrypt ? new PeerEncryption(name, _time) : null,
        };
        return (new PeerUnit(services, new IPEndPoint(cluster.Address, cluster.Port)), null);
    }

    private static MembershipOptions OptionsAlone(PoolConfig config) => new()
    {
        Cluster = Alone,
        Name = config.Node.Name,
        PeerAddress = "",
        Slot = config.Node.Slot ?? OnlySlot,
        Release = Release,
    };

    private static MembershipOptions OptionsOf(PoolConfig config, ClusterConfig cluster, SecretResolver secrets) => new()
    {
        Cluster = cluster.Name,
        Name = config.Node.Name,
        PeerAddress = AddressOf(cluster.AdvertisedHost, cluster.Port),
        AdminAddress = config.Admin.Port == 0 ? null : AddressOf(
            config.Admin.Address.Equals(IPAddress.Any) || config.Admin.Address.Equals(IPAddress.IPv6Any)
                ? cluster.AdvertisedHost
                : config.Admin.Address.ToString(),
            config.Admin.Port),
        Secret = secrets.TryResolve(cluster.Secret, out var secret, out _) ? secret : null,
        LeaseTime = cluster.LeaseTime,
        Release = Release,
    };

    private static EtcdOptions EtcdOptionsOf(EtcdConfig etcd, SecretResolver secrets) => new()
    {
        Endpoints = [.. etcd.Endpoints.Select(e => new Uri(e))],
        User = etcd.User,
        Password = () => etcd.Password is { } reference && secrets.TryResolve(reference, out var password, out _) ? password : null,
        CaFile = etcd.CaFile,
        CertificateFile = etcd.CertificateFile,
        KeyFile = etcd.KeyFile,
    };

    private static string Release =>
        typeof(ClusterUnit).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    private static string AddressOf(string host, int port) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{port}" : $"{host}:{port}";
}
