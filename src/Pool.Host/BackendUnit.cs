using Microsoft.Extensions.Logging;
using Pool.Actors.Backends;
using Pool.Actors.Backends.Login;
using Pool.Actors.Backends.StoredCode;
using Pool.Actors.Cluster.Shares;
using Pool.Actors.Pooling;
using Pool.Actors.Settings;
using Pool.Actors.Telemetry;
using Pool.Host.Cluster;
using Pool.Host.Configuration;
using Pool.Host.Tls;
using Pool.Host.Transport;

namespace Pool.Host;

/// <summary>One backend with all that its configuration made of it.</summary>
internal sealed class BackendUnit
{
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_lastRetry = TimeSpan.FromSeconds(5);

    /// <summary>A node that ends waits no longer for a store that does not answer.</summary>
    private static readonly TimeSpan s_leavePatience = TimeSpan.FromSeconds(3);

    private readonly BackendConnector _connector;
    private readonly TlsClient _tls = new();
    private readonly SecretResolver _secrets;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TimeSpan _baselinePollInterval;
    private readonly TimeSpan _storedCodePollInterval;

    public BackendUnit(BackendConfig config, PoolConfig all, ClusterUnit cluster, SecretResolver secrets, ILoggerFactory loggers, TimeProvider time)
    {
        _secrets = secrets;
        _time = time;
        _logger = loggers.CreateLogger("Pool.Backends");
        var fingerprints = new FingerprintTable();
        var metrics = new PoolMetrics();
        var register = cluster.SharesBackends
            ? new ThreadRegister(cluster.Membership, cluster.Coordinator, config.Name, time, _logger)
            : null;
        IConnectGate gate = register is null ? new OpenGate(new KeyValuePair<string, string>("pool_node", all.Node.Name)) : register;
        _connector = new BackendConnector(AddressOf(config, all), new SocketDialer(), new ClientTlsUpgrade(_tls), fingerprints, gate, time);
        var pool = new BackendPool(OptionsOf(config, all), _connector, fingerprints, time, Random.Shared, metrics, loggers.CreateLogger("Pool.Pooling"));
        Share = register is null ? null : new ShareKeeper(ShareOf(config, all), pool, register, cluster.Membership, cluster.Coordinator, time, _logger);
        _baselinePollInterval = config.BaselinePollInterval;
        _storedCodePollInterval = config.StoredCodePollInterval;
        Backend = new Backend(config.Name, pool, metrics, LimitsOf(config), time)
        {
            SharesSettings = config.SettingsPool == SettingsPoolMode.On,
            MaxStatementsPerConnection = config.MaxStatementsPerConnection,
            UsesHints = config.SetVarHints == SetVarHintsMode.Auto,
        };
    }

    /// <summary>The backend as sessions see it.</summary>
    public Backend Backend { get; }

    /// <summary>What this node has of the cluster's connections to it; null for a node that is alone and has all.</summary>
    public ShareKeeper? Share { get; }

    /// <summary>Where it is, for operators.</summary>
    public string Address => $"{_connector.Address.Host}:{_connector.Address.Port}";

    /// <summary>Tries until the server has been reached and found usable, then opens its pool; false if cancelled before.</summary>
    public async Task<bool> ReachAsync(CancellationToken cancel)
    {
        if (Share is not null)
        {
            Share.Start();
            await Share.Granted.WaitAsync(cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        for (var pause = s_firstRetry; !cancel.IsCancellationRequested; pause = pause * 2 > s_lastRetry ? s_lastRetry : pause * 2)
        {
            var (facts, failure) = await CheckAsync(cancel);
            if (facts is not null)
            {
                Backend.Facts = facts;
                NodeLog.Reached(_logger, Backend.Name, facts.VersionText);
                await Backend.Pool.StartAsync();
                WatchStoredCode(facts.Flavour, cancel);
                _ = new BaselineWatch(Backend, _connector, _time, _logger).RunAsync(_baselinePollInterval, cancel);
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
        Backend.MaxStatementsPerConnection = config.MaxStatementsPerConnection;
        Share?.Know(UsersOf(config, all));
        _connector.Address = AddressOf(config, all);
        var cap = Share is null ? config.MaxConnections : Backend.Pool.Options.MaxConnections;
        var userCaps = UserCapsOf(all);
        var mayCapUsers = Share is null || SameCaps(userCaps, Backend.Pool.Options.UserCaps);
        var options = OptionsOf(config, all);
        var before = Backend.Pool.Options.DefaultClass;
        Backend.Pool.Reconfigure(options with
        {
            // The order of the accounts means nothing to a reload; one that is gone cannot log in any more.
            DefaultClass = _connector.Address.Accounts.ContainsKey(before.Account) ? before : options.DefaultClass,
            MaxConnections = cap,
            UserCaps = Share is null ? userCaps : Backend.Pool.Options.UserCaps,
        });
        string?[] problems =
        [
            mayCapUsers ? null : "MaxConnections of users stays as it was: the cap of a cluster is not changed while nodes have shares of it",
            _tls.Reload(config.Tls.CaFile),
            cap == config.MaxConnections ? null : $"MaxConnections stays {cap}: the cap of a cluster is not changed while nodes have shares of it",
        ];
        return problems.Where(p => p is not null).Select(p => $"backend {config.Name}: {p}");
    }

    /// <summary>Changes the most connections that this node may have. In a cluster it never has more than its share.</summary>
    public void Resize(int connections)
    {
        if (Share is null)
        {
            Backend.Pool.Resize(connections);
        }
        else
        {
            Share.Ceiling = connections;
        }
    }

    /// <summary>What <see cref="Resize"/> has limited the share to; null if it has not, or there are no shares.</summary>
    public int? Limit => Share is { Ceiling: var ceiling and < int.MaxValue } ? ceiling : null;

    /// <summary>Ends its connections, and gives its share back.</summary>
    public async Task EndAsync()
    {
        await Backend.Pool.DisposeAsync();
        if (Share is null)
        {
            return;
        }

        using var deadline = new CancellationTokenSource(s_leavePatience, _time);
        try
        {
            await Share.LeaveAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            // The others take it when the node's lease has expired.
        }
    }

    private async Task<BackendCheckResult> CheckAsync(CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(Backend.Pool.Options.ConnectTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        try
        {
            return await BackendCheck.RunAsync(Backend.Pool, _connector, either.Token);
        }
        catch (Exception exception)
        {
            NodeLog.Unexpected(_logger, exception, $"The check of backend {Backend.Name}");
            return new(null, new ConnectFailure(ConnectFailureKind.Protocol, exception.GetType().Name));
        }
    }

    // In reserved mode whoever uses stored code keeps the connection anyway.
    private void WatchStoredCode(ServerFlavour flavour, CancellationToken cancel)
    {
        if (Backend.SharesSettings)
        {
            Backend.StoredCode = new StoredCodeWatch(Backend.Name, new StoredCodeReader(Backend.Pool.ControlAsync, flavour), _time, _logger);
            _ = Backend.StoredCode.RunAsync(_storedCodePollInterval, cancel);
        }
    }

    private BackendAddress AddressOf(BackendConfig config, PoolConfig all) => new(
        config.Host, config.Port, config.Tls.Mode,
        all.Accounts.Where(a => a.Backend == config.Name).ToDictionary(
            a => a.Name, a => (a.User, (Func<string?>)(() => PasswordOf(a))), StringComparer.Ordinal));

    private string? PasswordOf(AccountConfig account) =>
        account.Password is { } reference && _secrets.TryResolve(reference, out var password, out _) ? password : null;

    private static ShareOptions ShareOf(BackendConfig config, PoolConfig all) => new()
    {
        Backend = config.Name,
        Cap = config.MaxConnections,
        Users = UsersOf(config, all),
    };

    private static HashSet<string> UsersOf(BackendConfig config, PoolConfig all) =>
        all.Accounts.Where(a => a.Backend == config.Name).Select(a => a.User).ToHashSet(StringComparer.Ordinal);

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
        UserCaps = UserCapsOf(all),
    };

    private static Dictionary<string, int> UserCapsOf(PoolConfig all) =>
        all.Users.Where(u => u.MaxConnections > 0).ToDictionary(u => u.Name, u => u.MaxConnections, StringComparer.Ordinal);

    private static bool SameCaps(Dictionary<string, int> one, IReadOnlyDictionary<string, int> other) =>
        one.Count == other.Count && one.All(c => other.GetValueOrDefault(c.Key) == c.Value);

    private static LeaseLimits LimitsOf(BackendConfig config) => new()
    {
        IdleInTransactionTimeout = config.IdleInTransactionTimeout,
        IdlePinnedTimeout = config.IdlePinnedTimeout,
        QueryTimeout = config.QueryTimeout,
        ClientWriteTimeout = config.ClientWriteTimeout,
        MaxPinned = config.MaxPinned,
    };
}
