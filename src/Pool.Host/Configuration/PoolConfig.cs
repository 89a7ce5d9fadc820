using System.ComponentModel.DataAnnotations;

namespace Pool.Host.Configuration;

/// <summary>
/// The whole of pool.json, typed and validated; immutable. A key that the file, the environment and the command line all leave
/// out has the default that its property has here.
/// </summary>
public sealed record PoolConfig
{
    /// <summary>This process within its cluster.</summary>
    public NodeConfig Node { get; init; } = new();

    /// <summary>The cluster that the node is one of; null for a node that is alone.</summary>
    public ClusterConfig? Cluster { get; init; }

    /// <summary>Where clients connect.</summary>
    [MinLength(1)]
    public required IReadOnlyList<ListenerConfig> Listeners { get; init; }

    /// <summary>The servers behind the pool.</summary>
    [MinLength(1)]
    public required IReadOnlyList<BackendConfig> Backends { get; init; }

    /// <summary>Whom connections to the backends are authenticated as.</summary>
    [Reloadable]
    public IReadOnlyList<AccountConfig> Accounts { get; init; } = [];

    /// <summary>Who may log in to the pool.</summary>
    [Reloadable]
    public IReadOnlyList<UserConfig> Users { get; init; } = [];

    /// <summary>Which account serves which client; the first route that matches wins.</summary>
    [Reloadable]
    public IReadOnlyList<RouteConfig> Routes { get; init; } = [];

    /// <summary>The port for operators and for metrics.</summary>
    public AdminConfig Admin { get; init; } = new();

    /// <summary>Limits on every session.</summary>
    public SessionsConfig Sessions { get; init; } = new();

    /// <summary>How the process ends.</summary>
    public ShutdownConfig Shutdown { get; init; } = new();

    /// <summary>What the process says about itself.</summary>
    public LogConfig Log { get; init; } = new();

    /// <summary>
    /// Reads the file, lays the environment's <c>POOL__Section__Key</c> over it and the command line's
    /// <c>--Section:Key=value</c> over both, and validates the result. Never throws for what it is given.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="overrides">Keys ("Backends:0:Host") and values from the command line.</param>
    /// <param name="environment">The environment; also where secrets are looked up.</param>
    public static ConfigLoad Load(
        string path,
        IEnumerable<KeyValuePair<string, string>> overrides,
        IReadOnlyDictionary<string, string> environment) =>
        ConfigLoader.Load(path, overrides, environment);
}
