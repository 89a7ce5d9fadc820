using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pool.Host.Tls;

/// <summary>
/// The certificate that a listener shows: from PEM files, or one that the node signs for itself and that lives as long as the
/// process. Replaceable while handshakes are under way, which end with the one that they began with. Thread-safe.
/// </summary>
public sealed class CertificateSource
{
    private readonly string _nodeName;
    private readonly TimeProvider _time;
    private (string CertificateFile, string KeyFile)? _files;
    private volatile SslStreamCertificateContext? _current;

    /// <summary>Makes a source without a certificate: call <see cref="Reload"/> before its first use.</summary>
    /// <param name="nodeName">The name in a self-signed certificate.</param>
    /// <param name="time">Says from when to when a self-signed certificate is valid.</param>
    public CertificateSource(string nodeName, TimeProvider time) => (_nodeName, _time) = (nodeName, time);

    /// <summary>The certificate to begin a handshake with.</summary>
    public SslStreamCertificateContext Current => _current ?? throw new InvalidOperationException("the certificate has not been loaded");

    /// <summary>
    /// Reads the files anew; null for both: a self-signed certificate, which a reload does not change. Answers null, or what is
    /// wrong, in which case the certificate in use stays.
    /// </summary>
    public string? Reload(string? certificateFile, string? keyFile)
    {
        if (certificateFile is null || keyFile is null)
        {
            if (_current is null || _files is not null)
            {
                _current = Context(new ServerCertificate(SelfSign(), []));
                _files = null;
            }

            return null;
        }

        if (!PemFiles.TryLoadServer(certificateFile, keyFile, out var loaded, out var problem))
        {
            return problem;
        }

        _current = Context(loaded!);
        _files = (certificateFile, keyFile);
        return null;
    }

    // Offline: building the chain must not fetch anything over the network.
    private static SslStreamCertificateContext Context(ServerCertificate server) =>
        SslStreamCertificateContext.Create(server.Certificate, server.Intermediates, offline: true);

    /// <summary>P-256 signs a handshake some ten times faster than RSA, and every client that knows TLS 1.2 verifies it.</summary>
    private X509Certificate2 SelfSign()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(_nodeName);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        if (Uri.CheckHostName(_nodeName) == UriHostNameType.Dns)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(_nodeName);
            request.CertificateExtensions.Add(names.Build());
        }

        var now = _time.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddYears(10));
    }
}
