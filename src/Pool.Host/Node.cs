using System.Net;
using Microsoft.Extensions.Logging;
using Pool.Actors.Errors;
using Pool.Actors.Sessions;
using Pool.Actors.Sessions.Login;
using Pool.Actors.Telemetry;
using Pool.Host.Admin;
using Pool.Host.Configuration;
using Pool.Host.Lifecycle;
using Pool.Host.Tls;
using Pool.Host.Transport;
using Pool.Wire.Statements;

namespace Pool.Host;

/// <summary>Everything that one process runs, wired by hand in the order in which it depends on each other.</summary>
internal sealed class Node : IAsyncDisposable
{
    private static readonly TimeSpan s_sweepInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_drainInterval = TimeSpan.FromMilliseconds(50);

    private readonly TimeProvider _time;
    private readonly SecretResolver _secrets;
    private readonly ILogger _logger;
    private readonly SessionServices _sessions;
    private readonly SessionAdmission _admission;
    private readonly Dictionary<string, BackendUnit> _backends;
    private readonly List<ListenerUnit> _listeners;
    private readonly LoginThrottle _throttle;
    private readonly PasswordKey _key = new();
    private readonly AdminAccess _access = new();
    private readonly AdminServer _admin;
    private readonly Readiness _readiness;
    private readonly Drain _drain;
    private ITimer? _sweep;

    /// <summary>Puts a node together from a valid configuration; <see cref="StartAsync"/> brings it to life.</summary>
    public Node(PoolConfig config, SecretResolver secrets, Drain drain, ILoggerFactory loggers, TimeProvider time)
    {
        _time = time;
        _secrets = secrets;
        _drain = drain;
        _logger = loggers.CreateLogger("Pool");
        _throttle = new LoginThrottle(time);
        _readiness = new Readiness(drain, config.Backends.Select(b => b.Name));
        _sessions = new SessionServices(
            new SessionTable(config.Node.Slot, Random.Shared), new SessionMetrics(), time, loggers.CreateLogger("Pool.Sessions"));
        _backends = config.Backends.ToDictionary(b => b.Name, b => new BackendUnit(b, config, secrets, loggers, time), StringComparer.Ordinal);
        _admission = new SessionAdmission(_sessions, Routes(config), Rights(config));
        _listeners = [.. config.Listeners.Select(l => new ListenerUnit(l, config.Node.Name, _backends[l.Backend].Backend, _admission, loggers, time))];
        var inspector = new NodeInspector(_sessions, [.. _backends.Values], time);
        var metrics = new MetricsPage(
        [
            new ProcessMetricSource(),
            new SessionMetricSource(_sessions.Metrics, () => _sessions.Sessions.Count, inspector.PinnedByReason),
            .. _backends.Values.Select(b => new PoolMetricSource(b.Backend.Name, b.Backend.Metrics, b.Backend.Pool.Snapshot)),
        ]);
        _admin = new AdminServer(new IPEndPoint(config.Admin.Address, config.Admin.Port), _access, _readiness, metrics, inspector);
        Apply(config);
    }

    /// <summary>Listens, and begins to reach the backends. Throws what the system says when a port cannot be had.</summary>
    public async Task StartAsync(CancellationToken cancel)
    {
        await _admin.StartAsync(cancel);
        foreach (var listener in _listeners)
        {
            listener.Start();
        }

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
        _sessions.Limits = new SessionLimits { IdleTimeout = config.Sessions.IdleTimeout, MaxPacketBytes = config.Sessions.MaxPacketBytes };
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

        _access.Replace(config.Admin.Token is { } token && _secrets.TryResolve(token, out var secret, out _) ? secret : null);
        _admission.Reload(Routes(config), Rights(config));
        return problems.Count == 0 ? null : string.Join("; ", problems);
    }

    /// <summary>Accepts nobody any more, and ends sessions as they come to rest. Completes when none is left or the drain is stopped.</summary>
    public async Task DrainAsync()
    {
        NodeLog.Draining(_logger, _sessions.Sessions.Count);
        _admission.Close();
        foreach (var listener in _listeners)
        {
            listener.Stop();
        }

        while (_sessions.Sessions.Count > 0 && !_drain.Stopped.IsCancellationRequested)
        {
            foreach (var session in _sessions.Sessions.All())
            {
                session.Drain(PoolError.ShuttingDown);
            }

            await Task.Delay(s_drainInterval, _time, CancellationToken.None);
        }

        foreach (var session in _sessions.Sessions.All())
        {
            _ = session.KillAsync(KillScope.Connection);
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

        foreach (var backend in _backends.Values)
        {
            await backend.Backend.Pool.DisposeAsync();
        }

        await _admin.DisposeAsync();
        _key.Dispose();
    }

    private async Task ReachAsync(BackendUnit unit, CancellationToken cancel)
    {
        if (!await unit.ReachAsync(cancel))
        {
            return;
        }

        foreach (var listener in _listeners.Where(l => l.Backend == unit.Backend))
        {
            listener.Open();
        }

        _readiness.BackendChecked(unit.Backend.Name);
        if (_readiness.IsReady)
        {
            NodeLog.Ready(_logger);
        }
    }

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
