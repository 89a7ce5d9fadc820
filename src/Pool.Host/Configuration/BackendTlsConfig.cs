using Pool.Actors.Backends.Login;

namespace Pool.Host.Configuration;

/// <summary>Encryption towards a server.</summary>
public sealed record BackendTlsConfig
{
    /// <summary>
    /// Whether TLS is used, and what is verified. Preferred by default, as MySQL's own clients do; verify-full where the network
    /// is not trusted.
    /// </summary>
    public BackendTlsMode Mode { get; init; } = BackendTlsMode.Preferred;

    /// <summary>PEM file with the certificate authorities that verify-ca and verify-full accept; those of the system are not asked.</summary>
    [Reloadable]
    public string? CaFile { get; init; }
}
