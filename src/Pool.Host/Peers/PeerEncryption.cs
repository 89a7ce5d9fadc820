using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pool.Actors.Cluster.Peers;
using Pool.Host.Tls;
using Pool.Host.Transport;

namespace Pool.Host.Peers;

/// <summary>
/// TLS between nodes, with certificates that the nodes sign for themselves. No authority says whose they are: both sides' proofs of the
/// cluster's secret name the certificate that they saw (as tls-server-end-point of RFC 5929 does), so that somebody in the middle, who has
/// another one, is found out.
/// </summary>
public sealed class PeerEncryption : IPeerEncryption
{
    private readonly SslStreamCertificateContext _certificate;

    /// <summary>Signs a certificate, which lasts as long as the process.</summary>
    public PeerEncryption(string nodeName, TimeProvider time)
    {
        var source = new CertificateSource(nodeName, time);
        source.Reload(certificateFile: null, keyFile: null);
        _certificate = source.Current;
    }

    /// <inheritdoc/>
    public async ValueTask<EncryptedPeer?> ConnectAsync(Actors.Runtime.Transport plain, CancellationToken cancel)
    {
        byte[] seen = [];
        var options = new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls13,
            AllowRenegotiation = false,

            // A resumed session shows no certificate.
            AllowTlsResume = false,
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            {
                seen = certificate is null ? [] : BindingOf(certificate);
                return certificate is not null;
            },
        };
        var encrypted = await TlsHandshake.RunAsync(plain, ReadOnlyMemory<byte>.Empty, rests: false, s => s.AuthenticateAsClientAsync(options, cancel));
        return encrypted is null ? null : new EncryptedPeer(encrypted, seen);
    }

    /// <inheritdoc/>
    public async ValueTask<EncryptedPeer?> AcceptAsync(Actors.Runtime.Transport plain, CancellationToken cancel)
    {
        var options = new SslServerAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls13,
            ServerCertificateContext = _certificate,
            AllowRenegotiation = false,
            AllowTlsResume = false,
        };
        var encrypted = await TlsHandshake.RunAsync(plain, ReadOnlyMemory<byte>.Empty, rests: false, s => s.AuthenticateAsServerAsync(options, cancel));
        return encrypted is null ? null : new EncryptedPeer(encrypted, BindingOf(_certificate.TargetCertificate));
    }

    private static byte[] BindingOf(X509Certificate certificate) => SHA256.HashData(certificate.GetRawCertData());
}
