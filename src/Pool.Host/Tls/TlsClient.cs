using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Pool.Actors.Backends.Login;

namespace Pool.Host.Tls;

/// <summary>How the pool does TLS towards one backend. Thread-safe; verifies nothing successfully before <see cref="Reload"/>.</summary>
public sealed class TlsClient
{
    private volatile X509Certificate2Collection? _authorities;

    /// <summary>Reads the authorities anew; null: there are none. Answers null, or what is wrong, in which case those in use stay.</summary>
    public string? Reload(string? caFile)
    {
        if (caFile is null)
        {
            _authorities = null;
            return null;
        }

        if (!PemFiles.TryLoadAuthorities(caFile, out var loaded, out var problem))
        {
            return problem;
        }

        _authorities = loaded;
        return null;
    }

    /// <summary>The options of one handshake: TLS 1.2 or 1.3, the host's name shown to it, its certificate checked as the mode says.</summary>
    /// <param name="host">The name or address that was connected to.</param>
    /// <param name="mode">What is verified.</param>
    public SslClientAuthenticationOptions Options(string host, BackendTlsMode mode) => new()
    {
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        TargetHost = host,
        AllowRenegotiation = false,
        RemoteCertificateValidationCallback = new BackendCertificateCheck(host, mode, _authorities).Accepts,
    };
}
