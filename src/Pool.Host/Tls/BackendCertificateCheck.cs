using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pool.Actors.Backends.Login;

namespace Pool.Host.Tls;

/// <summary>Decides whether a backend's certificate is good enough. Immutable, thread-safe; never throws.</summary>
/// <param name="host">The name or address that was connected to.</param>
/// <param name="mode">What is verified.</param>
/// <param name="authorities">The authorities that count, none others; needed to verify anything.</param>
public sealed class BackendCertificateCheck(string host, BackendTlsMode mode, X509Certificate2Collection? authorities)
{
    private static readonly Oid s_serverAuthentication = new("1.3.6.1.5.5.7.3.1");

    /// <summary>
    /// True if the handshake may go on. Has the shape of <see cref="RemoteCertificateValidationCallback"/>; what the runtime
    /// thinks of the certificate does not count, since it asks the system's authorities.
    /// </summary>
    public bool Accepts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        try
        {
            return mode switch
            {
                BackendTlsMode.Preferred or BackendTlsMode.Required => true,
                BackendTlsMode.VerifyCa => certificate is X509Certificate2 shown && LeadsToAuthority(shown, chain),
                BackendTlsMode.VerifyFull => certificate is X509Certificate2 shown && LeadsToAuthority(shown, chain) && shown.MatchesHostname(host),
                _ => false,
            };
        }
        catch (CryptographicException)
        {
            // What cannot be read cannot be verified.
            return false;
        }
    }

    private bool LeadsToAuthority(X509Certificate2 certificate, X509Chain? shown)
    {
        if (authorities is null)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(s_serverAuthentication);
        if (shown is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(shown.ChainPolicy.ExtraStore);
        }

        return chain.Build(certificate);
    }
}
