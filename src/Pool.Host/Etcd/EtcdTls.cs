using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pool.Actors.Backends.Login;
using Pool.Host.Tls;

namespace Pool.Host.Etcd;

/// <summary>How TLS is done towards etcd: its certificate is always verified. Thread-safe.</summary>
internal sealed class EtcdTls
{
    private readonly X509Certificate2Collection? _authorities;
    private readonly SslStreamCertificateContext? _own;

    /// <summary>Reads the files; throws <see cref="CryptographicException"/> with what is wrong, if they are not what the configuration's check saw.</summary>
    public EtcdTls(EtcdOptions options)
    {
        if (options.CaFile is { } caFile && !PemFiles.TryLoadAuthorities(caFile, out _authorities, out var problem))
        {
            throw new CryptographicException(problem);
        }

        if (options is { CertificateFile: { } certificateFile, KeyFile: { } keyFile })
        {
            _own = PemFiles.TryLoadServer(certificateFile, keyFile, out var own, out problem)
                ? SslStreamCertificateContext.Create(own!.Certificate, own.Intermediates, offline: true)
                : throw new CryptographicException(problem);
        }
    }

    /// <summary>The options of a handshake with any of the members.</summary>
    /// <param name="host">The member's name; null where the caller's caller adds it.</param>
    public SslClientAuthenticationOptions Options(string? host = null) => new()
    {
        TargetHost = host,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        AllowRenegotiation = false,
        ClientCertificateContext = _own,
        RemoteCertificateValidationCallback = Accepts,
    };

    private bool Accepts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) => _authorities is null
        ? errors == SslPolicyErrors.None
        : new BackendCertificateCheck(((SslStream)sender).TargetHostName, BackendTlsMode.VerifyFull, _authorities).Accepts(sender, certificate, chain, errors);
}
