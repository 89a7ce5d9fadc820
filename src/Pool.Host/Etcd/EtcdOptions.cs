namespace Pool.Host.Etcd;

/// <summary>How an etcd is reached.</summary>
public sealed record EtcdOptions
{
    /// <summary>The members' client URLs, all http or all https.</summary>
    public required IReadOnlyList<Uri> Endpoints { get; init; }

    /// <summary>The user; null where etcd's authentication is off.</summary>
    public string? User { get; init; }

    /// <summary>The user's password, asked for at each login; null if it cannot be found.</summary>
    public Func<string?> Password { get; init; } = static () => null;

    /// <summary>PEM file with the authorities that etcd's certificate must lead to; null for those of the system.</summary>
    public string? CaFile { get; init; }

    /// <summary>PEM file with the certificate that is shown to etcd; null for none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>PEM file with the certificate's key.</summary>
    public string? KeyFile { get; init; }

    /// <summary>
    /// How long one member may take to answer, before the next is asked. Longer than an election of etcd's leader, which by default takes
    /// up to two seconds: who asks too soon asks in vain.
    /// </summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a connection may take to open.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often what is followed is read as a whole, whatever its watch says.</summary>
    public TimeSpan ReadInterval { get; init; } = TimeSpan.FromSeconds(5);
}
