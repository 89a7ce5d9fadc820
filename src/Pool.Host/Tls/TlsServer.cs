using System.Net.Security;
using System.Security.Authentication;

namespace Pool.Host.Tls;

/// <summary>How the pool does TLS towards clients. Thread-safe.</summary>
public sealed class TlsServer(CertificateSource certificates)
{
    /// <summary>The options of one handshake: TLS 1.2 or 1.3, no client certificate, the certificate of this moment.</summary>
    public SslServerAuthenticationOptions Options() => new()
    {
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ServerCertificateContext = certificates.Current,
        ClientCertificateRequired = false,
        AllowRenegotiation = false,
    };
}
