using System.ComponentModel.DataAnnotations;

namespace Pool.Host.Configuration;

/// <summary>
/// A MySQL or MariaDB server and the limits of its pool. In a cluster all of them are each node's own, but for MaxConnections, which is of all
/// nodes together.
/// </summary>
public sealed record BackendConfig
{
    /// <summary>What listeners, accounts, logs and metrics call it.</summary>
    public required string Name { get; init; }

    /// <summary>Host name, resolved anew for every connect, or address.</summary>
    public required string Host { get; init; }

    /// <summary>The TCP port. The default is MySQL's.</summary>
    [Range(1, 65535)]
    public int Port { get; init; } = 3306;

    /// <summary>
    /// Connections to the server at once, whatever their state, the reserved ones included: never exceeded, but for what
    /// docs/operations.md tells. The default is well
    /// below the server's own default of 151, and more than most servers have cores. A reload raises it to 4,096 at most, or to what the
    /// node was started with if that is more. In a cluster: of all nodes together, the same on
    /// each, not reloadable, and one of them is kept for looking after lost nodes.
    /// </summary>
    [Reloadable, Range(2, 65535)]
    public int MaxConnections { get; init; } = 64;

    /// <summary>
    /// Of MaxConnections, how many are kept for the pool's own work: KILL, health, reading variables. One is enough up to some
    /// hundreds.
    /// </summary>
    [Range(1, 16)]
    public int ReservedConnections { get; init; } = 1;

    /// <summary>
    /// Connections kept open when nobody needs them; those that are opened for it are of the first of the backend's Accounts. None by default:
    /// opening one takes milliseconds.
    /// </summary>
    [Range(0, 65535)]
    public int MinIdle { get; init; }

    /// <summary>
    /// On: sessions that set variables share connections with all others. Off: such a session keeps a connection for itself until it
    /// ends or is reset, as in other poolers; for comparison, and as a way out.
    /// </summary>
    public SettingsPoolMode SettingsPool { get; init; } = SettingsPoolMode.On;

    /// <summary>
    /// Auto: while no connection is idle, a statement may carry the few variables that its session has set otherwise than a connection
    /// as SET_VAR hints, so that the connection keeps its settings for others; on MySQL from 8.0.3 on, with SettingsPool on. The hints
    /// show in the server's logs and digests. Off: never.
    /// </summary>
    public SetVarHintsMode SetVarHints { get; init; } = SetVarHintsMode.Auto;

    /// <summary>
    /// How often the server's global variables are read, which new sessions start with. No server announces a change; SET GLOBAL
    /// through the pool is noticed at once.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan BaselinePollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How often it is looked at what procedures, functions, triggers, views and defaults that draw from sequences the server has, so that
    /// sessions that use harmless ones need not keep their connections. What is defined through the pool is noticed at once.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan StoredCodePollInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Prepared statements kept on each connection for the sessions that use it; the least recently used makes room. Fewer where all
    /// connections together would come near the server's max_prepared_stmt_count. The default is more than most programs have.
    /// </summary>
    [Reloadable, Range(1, 65535)]
    public int MaxStatementsPerConnection { get; init; } = 100;

    /// <summary>Encryption towards the server.</summary>
    public BackendTlsConfig Tls { get; init; } = new();

    /// <summary>Time to open a connection: name, TCP, TLS, login. Longer than a lost SYN takes to be sent again, twice.</summary>
    [Reloadable, Range(typeof(TimeSpan), "00:00:00.050", "00:10:00")]
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Connects begun in a second; spares a server that has just come back. The default fills the default pool in a second.</summary>
    [Reloadable, Range(1, 100_000)]
    public int ConnectsPerSecond { get; init; } = 100;

    /// <summary>After this time without use a connection above MinIdle is closed. Long enough to bridge the gaps between bursts.</summary>
    [Reloadable, Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The age at which a connection is replaced, or up to a tenth before, so that memory that the server holds for it is freed and new
    /// addresses are found.
    /// </summary>
    [Reloadable, Range(typeof(TimeSpan), "00:00:10", "7.00:00:00")]
    public TimeSpan MaxLifetime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How long a statement waits for a connection. The default is the usual command timeout of drivers.</summary>
    [Reloadable, Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan LeaseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many statements may wait for a connection; further ones fail at once. Bounds memory and useless work.</summary>
    [Reloadable, Range(0, 4_000_000)]
    public int MaxWaiters { get; init; } = 20_000;

    /// <summary>Sessions that may hold a connection for themselves at once; 0: no limit but MaxConnections, which is the default.</summary>
    [Reloadable, Range(0, 65535)]
    public int MaxPinned { get; init; }

    /// <summary>
    /// How long an open transaction may do nothing before it is rolled back, and its session ended; 0: for ever. Holding locks for longer is a
    /// bug in practice.
    /// </summary>
    [Reloadable, Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan IdleInTransactionTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long a session may hold a connection for itself and do nothing before it is ended; 0: for ever. Half an hour spares people at a prompt.
    /// </summary>
    [Reloadable, Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan IdlePinnedTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How long a statement may run before it is killed; 0: for ever, which is the default, as on a server.</summary>
    [Reloadable, Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan QueryTimeout { get; init; }

    /// <summary>
    /// How long a client may leave its reply unread while that occupies a connection. The default is MySQL's own
    /// net_write_timeout.
    /// </summary>
    [Reloadable, Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan ClientWriteTimeout { get; init; } = TimeSpan.FromMinutes(1);
}
