using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Pool.Host.Configuration;

/// <summary>The port for operators and for metrics (HTTP).</summary>
public sealed record AdminConfig
{
    /// <summary>The address to listen on. Loopback by default: it tells who is connected from where.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The TCP port; 0 lets the system choose. The default is next to the listener's.</summary>
    [Range(0, 65535)]
    public int Port { get; init; } = 6034;

    /// <summary>Where the bearer token is found that all but /healthz, /readyz and /metrics ask for; needed unless the address is a loopback one.</summary>
    [Reloadable]
    public SecretReference? Token { get; init; }
}
