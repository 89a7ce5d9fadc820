using Pool.Actors.Settings;

namespace Pool.Actors.Backends.Login;

/// <summary>Whom to log in as, and how.</summary>
public sealed record BackendLoginOptions
{
    /// <summary>The host, for the certificate and for the words of failures.</summary>
    public required string Host { get; init; }

    /// <summary>The server's user.</summary>
    public required string User { get; init; }

    /// <summary>Answers the password, or null for none; asked whenever it is needed, so that a changed secret is seen. Must not block or throw.</summary>
    public required Func<string?> Password { get; init; }

    /// <summary>What the handshake fixes.</summary>
    public required ConnectionClass Class { get; init; }

    /// <summary>How much TLS.</summary>
    public BackendTlsMode TlsMode { get; init; }

    /// <summary>Where TLS comes from; null if there is none.</summary>
    public IBackendTls? Tls { get; init; }

    /// <summary>Connection attributes beyond the pool's own name: what operators, and the recovery of lost nodes, find connections by.</summary>
    public IReadOnlyCollection<KeyValuePair<string, string>> Attributes { get; init; } = [];

    /// <summary>The right to log in, which may be withdrawn; null where nobody need be asked.</summary>
    public IConnectPermit? Permit { get; init; }
}
