using System.Net;
using Microsoft.Extensions.Logging;
using Pool.Actors.Backends;
using Pool.Actors.Cluster.Remote;
using Pool.Actors.Sessions;
using Pool.Actors.Sessions.Login;
using Pool.Actors.Telemetry;
using Pool.Host.Admin;
using Pool.Host.Admin.Api;
using Pool.Host.Admin.Endpoints;
using Pool.Host.Cluster;
using Pool.Host.Configuration;
using Pool.Host.Lifecycle;
using Pool.Host.Tls;
using Pool.Host.Transport;

namespace Pool.Host;

/// <summary>Everything that one process runs, wired by hand in the order in which it depends on each other.</summary>
internal sealed class Node : IAsyncDisposable
{
    private static readonly TimeSpan s_sweepInterval = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private readonly SecretResolver _secrets;
    private readonly ILogger _logger;
    private readonly SessionServices _sessions;
    private readonly SessionAdmission _admission;
    private readonly NodeLife _life;
    private readonly Dictionary<string, BackendUnit> _backends;
    private readonly List<ListenerUnit> _listeners;
    private readonly LoginThrottle _throttle;
    private readonly PasswordKey _key = new();
    private readonly AdminAccess _access = new();
    private readonly AdminServer _admin;
    private readonly Readiness _readiness;
    private readonly ClusterUnit _cluster;
    private readonly NodePeers? _peers;
    private readonly Drain _drain;
    private ITimer? _sweep;

    /// <summary>Puts a node together from a valid configuration; <see cref="StartAsync"/> brings it to life.</summary>
    public Node(PoolConfig config, ClusterUnit cluster, SecretResolver secrets, Drain drain, ILoggerFactory loggers, TimeProvider time)
    {
        _time = time;
        _cluster = cluster;
        _secrets = secrets;
        _drain = drain;
        _logger = loggers.CreateLogger("Pool");
        _throttle = new LoginThrottle(time);
        _readiness = new Readiness(drain, config.Backends.Select(b => b.Name), () => cluster.Obstacle);
        _sessions = new SessionServices(
            new SessionTable(slot: 0, Random.Shared), new SessionMetrics(), time, loggers.CreateLogger("Pool.Sessions"));
        _backends = config.Backends.ToDictionary(b => b.Name, b => new BackendUnit(b, config, cluster, secrets, loggers, time), StringComparer.Ordinal);
        _admission = new SessionAdmission(_sessions, Routes(config), Rights(config));
        _listeners = [.. config.Listeners.Select(l => new ListenerUnit(l, config.Node.Name, _backends[l.Backend].Backend, _admission, loggers, time))];
        _life = new NodeLife(_sessions, _listeners, _readiness, drain, _logger) { RoleChanged = cluster.Tell };
        var served = _backends.Values.Select(b => new ServedBackend(b.Backend, () => b.Address, b.Resize) { Limit = () => b.Limit }).ToList();
        var inspector = new NodeInspector(_sessions, served, time);
        var operated = new AdminNode(_sessions, served, inspector, cluster.Membership, _life, time) { JoinInfo = () => JoinInfo.Of(config) };
        var api = new AdminApi(config.Node.Name, operated.Routes());
        var front = new AdminFront(api, cluster.Membership, cluster.Peers?.Network, () => cluster.Obstacle, new AdminMetrics(), time);
        _peers = cluster.Peers is null ? null : new NodePeers(
            cluster.Peers, cluster.Membership, _sessions, [.. _backends.Values.Select(b => b.Backend)], new AdminPeerService(api, front.Metrics),
            new RemoteLeaseOptions { MaxPerPeer = config.Cluster!.MaxRemoteLeases }, loggers.CreateLogger("Pool.Cluster"));
        var metrics = new MetricsPage(
        [
            front.Metrics,
            new ClusterMetricSource(cluster.Membership),
            new ProcessMetricSource(),
            new SessionMetricSource(_sessions.Metrics, () => _sessions.Sessions.Count, inspector.PinnedByReason),
            .. _backends.Values.Select(b => new PoolMetricSource(b.Backend.Name, b.Backend.Metrics, b.Backend.Pool.Snapshot, () => b.Backend.Pool.UserQuotas)),
            .. _peers?.Metrics ?? [],
            .. _backends.Values.Where(b => b.Share is not null).Select(b => new ShareMetricSource(b.Backend.Name, b.Share!)),
        ]);
        _admin = new AdminServer(new IPEndPoint(config.Admin.Address, config.Admin.Port), _access, _readiness, metrics, inspector, front);
        Apply(config);
    }

    /// <summary>Listens. Throws what the system says when a port cannot be had.</summary>
    public async Task StartAsync(CancellationToken cancel)
    {
        await _admin.StartAsync(cancel);
        _peers?.Start();
        foreach (var listener in _listeners)
        {
            listener.Start();
        }
    }

    /// <summary>Begins to reach the backends, and then to let clients in. The node must be a member of its cluster.</summary>
    public void Open(CancellationToken cancel)
    {
        _cluster.Membership.Changed += (_, _) => TakeSlot();
        TakeSlot();
        _peers?.Open();
        foreach (var backend in _backends.Values)
        {
            _ = ReachAsync(backend, cancel);
        }

        _sweep = _time.CreateTimer(_ => Sweep(), null, s_sweepInterval, s_sweepInterval);
    }

    /// <summary>Applies what can be changed while the node runs; null, or what could not be applied.</summary>
    public string? Apply(PoolConfig config)
    {
        var problems = new List<string>();
        _life.DrainTimeout = config.Shutdown.DrainTimeout;
        _sessions.Limits = new SessionLimits
        {
            IdleTimeout = config.Sessions.IdleTimeout,
            MaxPacketBytes = config.Sessions.MaxPacketBytes,
            MaxStatementsPerSession = config.Sessions.MaxStatementsPerSession,
        };
        foreach (var backend in config.Backends)
        {
            problems.AddRange(_backends[backend.Name].Apply(backend, config));
        }

        var credentials = new Credentials(config.Users, _secrets);
        problems.AddRange(credentials.Problems);
        foreach (var (listener, unit) in config.Listeners.Zip(_listeners))
        {
            problems.AddRange(unit.Apply(listener, credentials, _key, _throttle));
        }

        problems.AddRange(ApplyToken(config.Admin.Token));
        _admission.Reload(Routes(config), Rights(config));
        return problems.Count == 0 ? null : string.Join("; ", problems);
    }

    /// <summary>Accepts nobody any more, and ends sessions as they come to rest. Completes when none is left or the drain is stopped.</summary>
    public async Task DrainAsync()
    {
        await _life.LeaveAsync();
        if (_peers is not null)
        {
            await _peers.DrainAsync(_drain.Stopped);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _sweep?.Dispose();
        foreach (var listener in _listeners)
        {
            listener.Stop();
        }

        if (_peers is not null)
        {
            await _peers.DisposeAsync();
        }

        // At once: each may have to wait for a server that does not answer.
        await Task.WhenAll(_backends.Values.Select(b => b.EndAsync()));

        await _admin.DisposeAsync();
        _key.Dispose();
    }

    private IEnumerable<string> ApplyToken(SecretReference? token)
    {
        if (token is null)
        {
            _access.Replace(null);
            return [];
        }

        // Between the check of a configuration and this a file may have changed.
        if (!_secrets.TryResolve(token, out var secret, out var problem))
        {
            _access.Withhold();
            return [$"Admin.Token: {problem}"];
        }

        _access.Replace(secret);
        return [];
    }

    private async Task ReachAsync(BackendUnit unit, CancellationToken cancel)
    {
        try
        {
            if (await unit.ReachAsync(cancel))
            {
                Serve(unit.Backend);
            }
        }
        catch (Exception exception)
        {
            NodeLog.Unexpected(_logger, exception, $"Reaching backend {unit.Backend.Name}");
        }
    }

    private void Serve(Backend backend)
    {
        foreach (var listener in _listeners.Where(l => l.Backend == backend))
        {
            listener.Open();
        }

        _readiness.BackendChecked(backend.Name);
        if (_readiness.IsReady)
        {
            NodeLog.Ready(_logger);
        }
    }

    // A node that was lost may come back with another slot.
    private void TakeSlot() => _sessions.Sessions.Slot = _cluster.Membership.Self.Slot;

    private void Sweep()
    {
        var now = _time.GetTimestamp();
        foreach (var session in _sessions.Sessions.All())
        {
            session.CheckIdle(now);
        }
    }

    private RouteTable Routes(PoolConfig config)
    {
        var backendOf = config.Accounts.ToDictionary(a => a.Name, a => _backends[a.Backend].Backend, StringComparer.Ordinal);
        return new RouteTable([.. config.Routes.Select(r => new RouteRule(
            Pattern(r.Listener), Pattern(r.User), Pattern(r.Database), r.Account, backendOf[r.Account]))]);

        static string? Pattern(string text) => text == RouteConfig.Any ? null : text;
    }

    private static Dictionary<string, UserRights> Rights(PoolConfig config) =>
        config.Users.ToDictionary(u => u.Name, u => new UserRights(u.MaxSessions, u.CanKillOthers), StringComparer.Ordinal);
}
