using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pool.Host.Tls;

/// <summary>Reads certificates from PEM files. What is wrong with them is told without quoting them.</summary>
internal static class PemFiles
{
    /// <summary>A certificate with its private key, and the intermediates that follow it in its file.</summary>
    public static bool TryLoadServer(string certificateFile, string keyFile, out ServerCertificate? server, out string problem)
    {
        (server, problem) = Load($"{certificateFile} with {keyFile}", () =>
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificateFile);
            var certificate = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
            return new ServerCertificate(certificate, [.. chain.Where(c => c.Thumbprint != certificate.Thumbprint)]);
        });
        return problem.Length == 0;
    }

    /// <summary>The certificates of the authorities in a file; at least one.</summary>
    public static bool TryLoadAuthorities(string caFile, out X509Certificate2Collection? authorities, out string problem)
    {
        (authorities, problem) = Load(caFile, () =>
        {
            var loaded = new X509Certificate2Collection();
            loaded.ImportFromPemFile(caFile);
            return loaded.Count > 0 ? loaded : throw new CryptographicException("no certificate in it");
        });
        return problem.Length == 0;
    }

    private static (T? Loaded, string Problem) Load<T>(string what, Func<T> load)
        where T : class
    {
        try
        {
            return (load(), "");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            return (null, $"{what} cannot be read: {unreadable.Message}");
        }
    }
}

/// <summary>What a TLS server shows.</summary>
/// <param name="Certificate">The certificate, with its private key.</param>
/// <param name="Intermediates">What leads from it to the authority.</param>
internal sealed record ServerCertificate(X509Certificate2 Certificate, X509Certificate2Collection Intermediates);
