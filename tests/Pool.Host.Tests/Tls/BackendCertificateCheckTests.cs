using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Pool.Actors.Backends.Login;
using Pool.Host.Tls;

namespace Pool.Host.Tests.Tls;

public sealed class BackendCertificateCheckTests
{
    private const string Host = "db.example";
    private const SslPolicyErrors Untrusted = SslPolicyErrors.RemoteCertificateChainErrors | SslPolicyErrors.RemoteCertificateNameMismatch;

    [Theory]
    [InlineData(BackendTlsMode.Preferred, true)]
    [InlineData(BackendTlsMode.Required, true)]
    [InlineData(BackendTlsMode.VerifyCa, false)]
    [InlineData(BackendTlsMode.VerifyFull, false)]
    [InlineData(BackendTlsMode.Disabled, false)]
    public void A_certificate_of_somebody_else_is_good_only_where_nothing_is_verified(BackendTlsMode mode, bool expected)
    {
        using var ours = new TestAuthority("ours");
        using var theirs = new TestAuthority("ours");
        using var certificate = theirs.Issue(Host);
        Assert.Equal(expected, Accepts(mode, ours.AsTrusted, certificate));
        Assert.Equal(expected, Accepts(mode, null, certificate));
        Assert.Equal(expected, Accepts(mode, ours.AsTrusted, null));
    }

    [Theory]
    [InlineData(BackendTlsMode.VerifyCa, Host, true)]
    [InlineData(BackendTlsMode.VerifyCa, "other.example", true)]
    [InlineData(BackendTlsMode.VerifyFull, Host, true)]
    [InlineData(BackendTlsMode.VerifyFull, "*.example", true)]
    [InlineData(BackendTlsMode.VerifyFull, "other.example", false)]
    public void Only_full_verification_looks_at_the_name(BackendTlsMode mode, string name, bool expected)
    {
        using var authority = new TestAuthority("authority");
        using var certificate = authority.Issue(name);
        Assert.Equal(expected, Accepts(mode, authority.AsTrusted, certificate));
    }

    [Fact]
    public void An_expired_certificate_is_refused()
    {
        using var authority = new TestAuthority("authority");
        using var certificate = authority.Issue(Host, validFor: TimeSpan.FromDays(-1));
        Assert.False(Accepts(BackendTlsMode.VerifyCa, authority.AsTrusted, certificate));
    }

    [Fact]
    public void A_certificate_for_clients_is_refused()
    {
        using var authority = new TestAuthority("authority");
        using var certificate = authority.Issue(Host, usage: "1.3.6.1.5.5.7.3.2");
        Assert.False(Accepts(BackendTlsMode.VerifyCa, authority.AsTrusted, certificate));
    }

    [Fact]
    public void An_intermediate_counts_when_the_server_shows_it()
    {
        using var root = new TestAuthority("root", pathLength: 1);
        using var intermediate = new TestAuthority("intermediate", root);
        using var certificate = intermediate.Issue(Host);
        using var shown = new X509Chain();
        var check = new BackendCertificateCheck(Host, BackendTlsMode.VerifyFull, root.AsTrusted);
        Assert.False(check.Accepts(this, certificate, shown, Untrusted));
        shown.ChainPolicy.ExtraStore.AddRange(intermediate.AsTrusted);
        Assert.True(check.Accepts(this, certificate, shown, Untrusted));
    }

    [Fact]
    public void An_authority_that_only_the_server_shows_is_not_trusted()
    {
        using var ours = new TestAuthority("ours");
        using var theirs = new TestAuthority("theirs");
        using var certificate = theirs.Issue(Host);
        using var shown = new X509Chain();
        shown.ChainPolicy.ExtraStore.AddRange(theirs.AsTrusted);
        Assert.False(new BackendCertificateCheck(Host, BackendTlsMode.VerifyCa, ours.AsTrusted).Accepts(this, certificate, shown, SslPolicyErrors.None));
    }

    private bool Accepts(BackendTlsMode mode, X509Certificate2Collection? authorities, X509Certificate? certificate) =>
        new BackendCertificateCheck(Host, mode, authorities).Accepts(this, certificate, null, Untrusted);
}
