namespace Pool.Host.Configuration;

/// <summary>Encryption towards clients.</summary>
public sealed record ListenerTlsConfig
{
    /// <summary>Whether clients may or must use TLS. Optional by default, as on a MySQL server.</summary>
    public ListenerTlsMode Mode { get; init; } = ListenerTlsMode.Optional;

    /// <summary>PEM file with the certificate and its intermediates; without one the node makes a self-signed certificate at its start.</summary>
    [Reloadable]
    public string? CertificateFile { get; init; }

    /// <summary>PEM file with the certificate's private key, not encrypted.</summary>
    [Reloadable]
    public string? KeyFile { get; init; }
}

/// <summary>Whether clients may or must use TLS.</summary>
public enum ListenerTlsMode
{
    /// <summary>TLS is not offered.</summary>
    Off,

    /// <summary>TLS is offered.</summary>
    Optional,

    /// <summary>Clients without TLS are refused.</summary>
    Required,
}
