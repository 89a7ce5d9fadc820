using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pool.Host.Tests.Tls;

/// <summary>A certificate authority for a test, valid around the real time, which chain building looks at.</summary>
internal sealed class TestAuthority : IDisposable
{
    private static readonly DateTimeOffset s_today = TimeProvider.System.GetUtcNow();
    private readonly X509Certificate2 _certificate;

    public TestAuthority(string name, TestAuthority? parent = null, int pathLength = 0)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, pathLength, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _certificate = parent is null
            ? request.CreateSelfSigned(s_today.AddYears(-1), s_today.AddYears(1))
            : parent.Sign(request, key, s_today.AddYears(1).AddDays(-1));
    }

    public string Pem => _certificate.ExportCertificatePem();

    public X509Certificate2Collection AsTrusted => [_certificate];

    /// <summary>A server's certificate with its key.</summary>
    public X509Certificate2 Issue(string dnsName, TimeSpan? validFor = null, string usage = "1.3.6.1.5.5.7.3.1")
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(dnsName);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        return Sign(request, key, s_today + (validFor ?? TimeSpan.FromDays(30)));
    }

    public void Dispose() => _certificate.Dispose();

    private X509Certificate2 Sign(CertificateRequest request, ECDsa key, DateTimeOffset notAfter)
    {
        using var signed = request.Create(_certificate, s_today.AddMonths(-6), notAfter, RandomNumberGenerator.GetBytes(8));
        return signed.CopyWithPrivateKey(key);
    }
}
