using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Pool.Host.Configuration;

/// <summary>A port that clients connect to.</summary>
public sealed record ListenerConfig
{
    /// <summary>What routes, logs and metrics call it.</summary>
    public required string Name { get; init; }

    /// <summary>The address to listen on. Loopback by default: being reachable is a decision; "0.0.0.0" or "::" for all.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The TCP port; 0 lets the system choose. The default is the one that MySQL proxies commonly use.</summary>
    [Range(0, 65535)]
    public int Port { get; init; } = 6033;

    /// <summary>The backend whose flavour and version the greeting shows, which is sent before the user is known.</summary>
    public required string Backend { get; init; }

    /// <summary>
    /// Sessions at once that came by this listener, before further clients get error 1040. The default is a guard: the limit of open files
    /// usually comes first.
    /// </summary>
    [Reloadable, Range(1, 4_000_000)]
    public int MaxSessions { get; init; } = 100_000;

    /// <summary>Clients at once that have not yet logged in; bounds what strangers cost. The default survives a reconnect storm.</summary>
    [Reloadable, Range(1, 1_000_000)]
    public int MaxHandshakes { get; init; } = 2_000;

    /// <summary>Time for a login, from accept to the answer. The default is MySQL's own connect_timeout.</summary>
    [Reloadable, Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Networks (CIDR) of load balancers: a PROXY protocol v2 header is required from them, and refused from others.</summary>
    public IReadOnlyList<IPNetwork> ProxyProtocolNetworks { get; init; } = [];

    /// <summary>Encryption towards clients.</summary>
    public ListenerTlsConfig Tls { get; init; } = new();
}
