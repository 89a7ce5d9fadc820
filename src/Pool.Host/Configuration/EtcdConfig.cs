using System.ComponentModel.DataAnnotations;

namespace Pool.Host.Configuration;

/// <summary>The etcd (version 3.4 or newer) that the nodes of a cluster agree in.</summary>
public sealed record EtcdConfig
{
    /// <summary>The members' client URLs, such as "https://10.0.0.1:2379", all of them http or all https; one that fails is left for the next.</summary>
    [MinLength(1)]
    public required IReadOnlyList<string> Endpoints { get; init; }

    /// <summary>The user, where etcd's authentication is on.</summary>
    public string? User { get; init; }

    /// <summary>Where the user's password is found; needed with a User.</summary>
    public SecretReference? Password { get; init; }

    /// <summary>PEM file with the certificate authorities that etcd's certificate must lead to; without it those of the system.</summary>
    public string? CaFile { get; init; }

    /// <summary>
    /// PEM file with the certificate that is shown to etcd, if it asks for one. Its subject must have no common name: etcd's HTTP gateway
    /// refuses those that have one.
    /// </summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file with the certificate's private key.</summary>
    public string? KeyFile { get; init; }
}
