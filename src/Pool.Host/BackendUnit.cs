using Microsoft.Extensions.Logging;
using Pool.Actors.Backends;
using Pool.Actors.Backends.Login;
using Pool.Actors.Pooling;
using Pool.Actors.Settings;
using Pool.Actors.Telemetry;
using Pool.Host.Configuration;
using Pool.Host.Tls;
using Pool.Host.Transport;

namespace Pool.Host;

/// <summary>One backend with all that its configuration made of it.</summary>
internal sealed class BackendUnit
{
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_lastRetry = TimeSpan.FromSeconds(5);
    private readonly BackendConnector _connector;
    private readonly TlsClient _tls = new();
    private readonly SecretResolver _secrets;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public BackendUnit(BackendConfig config, PoolConfig all, SecretResolver secrets, ILoggerFactory loggers, TimeProvider time)
    {
        _secrets = secrets;
        _time = time;
        _logger = loggers.CreateLogger("Pool.Backends");
        var fingerprints = new FingerprintTable();
        var metrics = new PoolMetrics();
        _connector = new BackendConnector(
            AddressOf(config, all), new SocketDialer(), new ClientTlsUpgrade(_tls), fingerprints, [new("pool_node", all.Node.Name)], time);
        var pool = new BackendPool(OptionsOf(config, all), _connector, fingerprints, time, Random.Shared, metrics, loggers.CreateLogger("Pool.Pooling"));
        Backend = new Backend(config.Name, pool, metrics, LimitsOf(config), time);
    }

    /// <summary>The backend as sessions see it.</summary>
    public Backend Backend { get; }

    /// <summary>Where it is, for operators.</summary>
    public string Address => $"{_connector.Address.Host}:{_connector.Address.Port}";

    /// <summary>Tries until the server has been reached and found usable, then opens its pool; false if cancelled before.</summary>
    public async Task<bool> ReachAsync(CancellationToken cancel)
    {
        for (var pause = s_firstRetry; !cancel.IsCancellationRequested; pause = pause * 2 > s_lastRetry ? s_lastRetry : pause * 2)
        {
            using var deadline = new CancellationTokenSource(Backend.Pool.Options.ConnectTimeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
            var (facts, failure) = await BackendCheck.RunAsync(_connector, Backend.Pool.Options.DefaultClass, either.Token);
            if (facts is not null)
            {
                Backend.Facts = facts;
                NodeLog.Reached(_logger, Backend.Name, facts.VersionText);
                await Backend.Pool.StartAsync();
                return true;
            }

            NodeLog.NotReached(_logger, Backend.Name, failure?.Text);
            await Task.Delay(pause, _time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return false;
    }

    /// <summary>Applies what can be changed while it runs, and says what could not.</summary>
    public IEnumerable<string> Apply(BackendConfig config, PoolConfig all)
    {
        Backend.Limits = LimitsOf(config);
        _connector.Address = AddressOf(config, all);
        Backend.Pool.Reconfigure(OptionsOf(config, all));
        return _tls.Reload(config.Tls.CaFile) is { } problem ? [$"backend {config.Name}: {problem}"] : [];
    }

    private BackendAddress AddressOf(BackendConfig config, PoolConfig all) => new(
        config.Host, config.Port, config.Tls.Mode,
        all.Accounts.Where(a => a.Backend == config.Name).ToDictionary(
            a => a.Name, a => (a.User, (Func<string?>)(() => PasswordOf(a))), StringComparer.Ordinal));

    private string? PasswordOf(AccountConfig account) =>
        account.Password is { } reference && _secrets.TryResolve(reference, out var password, out _) ? password : null;

    private static PoolOptions OptionsOf(BackendConfig config, PoolConfig all) => new()
    {
        Name = config.Name,
        DefaultClass = new ConnectionClass(all.Accounts.First(a => a.Backend == config.Name).Name, FoundRows: false, LocalFiles: false),
        MaxConnections = config.MaxConnections,
        ReservedConnections = config.ReservedConnections,
        MinIdle = config.MinIdle,
        ConnectTimeout = config.ConnectTimeout,
        ConnectsPerSecond = config.ConnectsPerSecond,
        IdleTimeout = config.IdleTimeout,
        MaxLifetime = config.MaxLifetime,
        LeaseTimeout = config.LeaseTimeout,
        MaxWaiters = config.MaxWaiters,
    };

    private static LeaseLimits LimitsOf(BackendConfig config) => new()
    {
        IdleInTransactionTimeout = config.IdleInTransactionTimeout,
        IdlePinnedTimeout = config.IdlePinnedTimeout,
        QueryTimeout = config.QueryTimeout,
        ClientWriteTimeout = config.ClientWriteTimeout,
        MaxPinned = config.MaxPinned,
    };
}
