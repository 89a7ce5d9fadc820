using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Pool.Actors.Backends.Login;
using Pool.Host.Tests.Configuration;
using Pool.Host.Tls;

namespace Pool.Host.Tests.Tls;

/// <summary>Both sides of TLS, over real handshakes.</summary>
public sealed class HandshakeTests : IDisposable
{
    private readonly ConfigSources _files = new();
    private readonly TestAuthority _authority = new("authority", pathLength: 1);

    public void Dispose()
    {
        _files.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public async Task Without_files_the_node_shows_a_certificate_of_its_own_name()
    {
        var source = new CertificateSource("pool-7", TimeProvider.System);
        Assert.Null(source.Reload(null, null));
        var certificate = source.Current.TargetCertificate;
        Assert.True(certificate.MatchesHostname("pool-7"));
        Assert.Null(await Handshake(source, new TlsClient(), "anything", BackendTlsMode.Required));
    }

    [Fact]
    public void A_reload_keeps_the_self_signed_certificate()
    {
        var source = new CertificateSource("pool-7", TimeProvider.System);
        source.Reload(null, null);
        var first = source.Current;
        source.Reload(null, null);
        Assert.Same(first, source.Current);
    }

    [Fact]
    public async Task A_certificate_from_files_stands_up_to_full_verification_with_its_intermediate()
    {
        using var intermediate = new TestAuthority("intermediate", _authority);
        var source = FromFiles(intermediate, "pool.example", intermediate.Pem);
        var client = new TlsClient();
        Assert.Null(client.Reload(_files.Write("ca.pem", _authority.Pem)));
        Assert.Null(await Handshake(source, client, "pool.example", BackendTlsMode.VerifyFull));
        Assert.IsType<AuthenticationException>(await Handshake(source, client, "other.example", BackendTlsMode.VerifyFull));
        Assert.Null(await Handshake(source, client, "other.example", BackendTlsMode.VerifyCa));
    }

    [Fact]
    public async Task Nothing_is_verified_successfully_without_authorities() =>
        Assert.IsType<AuthenticationException>(await Handshake(FromFiles(_authority, "x"), new TlsClient(), "x", BackendTlsMode.VerifyCa));

    [Fact]
    public void A_reload_shows_the_new_certificate_and_keeps_the_old_one_if_the_new_one_is_broken()
    {
        var source = FromFiles(_authority, "old.example");
        using (var renewed = _authority.Issue("new.example"))
        {
            _files.Write("cert.pem", renewed.ExportCertificatePem());
            Assert.Contains("cannot be read", source.Reload(_files.PathOf("cert.pem"), _files.PathOf("key.pem")), StringComparison.Ordinal);
            Assert.True(source.Current.TargetCertificate.MatchesHostname("old.example"));
            _files.Write("key.pem", renewed.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        }

        Assert.Null(source.Reload(_files.PathOf("cert.pem"), _files.PathOf("key.pem")));
        Assert.True(source.Current.TargetCertificate.MatchesHostname("new.example"));
    }

    [Fact]
    public void Authorities_that_cannot_be_read_leave_those_in_use()
    {
        using var certificate = _authority.Issue("x");
        var client = new TlsClient();
        client.Reload(_files.Write("ca.pem", _authority.Pem));
        Assert.Contains("cannot be read", client.Reload(_files.Write("ca.pem", "")), StringComparison.Ordinal);
        var check = client.Options("x", BackendTlsMode.VerifyCa).RemoteCertificateValidationCallback!;
        Assert.True(check(this, certificate, null, SslPolicyErrors.None));
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, true)]
    [InlineData(SslProtocols.Tls13, true)]
#pragma warning disable SYSLIB0039, CA5397 // That old versions are refused is what is tested.
    [InlineData(SslProtocols.Tls11, false)]
#pragma warning restore SYSLIB0039, CA5397
    public async Task Only_current_versions_are_spoken(SslProtocols version, bool expected)
    {
        var options = new TlsClient().Options("x", BackendTlsMode.Required);
        options.EnabledSslProtocols = version;
        Assert.Equal(expected, await Handshake(FromFiles(_authority, "x"), options) is null);
    }

    private CertificateSource FromFiles(TestAuthority issuer, string name, string further = "")
    {
        using var certificate = issuer.Issue(name);
        var source = new CertificateSource("unused", TimeProvider.System);
        Assert.Null(source.Reload(
            _files.Write("cert.pem", certificate.ExportCertificatePem() + "\n" + further),
            _files.Write("key.pem", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem())));
        return source;
    }

    private static Task<Exception?> Handshake(CertificateSource source, TlsClient client, string host, BackendTlsMode mode) =>
        Handshake(source, client.Options(host, mode));

    /// <summary>Shakes hands; answers what the client's side failed with, or null.</summary>
    private static async Task<Exception?> Handshake(CertificateSource source, SslClientAuthenticationOptions options)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var near = new TcpClient();
        await near.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var far = await listener.AcceptTcpClientAsync();
        await using var server = new SslStream(far.GetStream());
        await using var client = new SslStream(near.GetStream());
        var serving = Record.ExceptionAsync(() => server.AuthenticateAsServerAsync(new TlsServer(source).Options()));
        var failure = await Record.ExceptionAsync(() => client.AuthenticateAsClientAsync(options));
        near.Client.Shutdown(SocketShutdown.Send);
        _ = await serving.WaitAsync(TimeSpan.FromSeconds(30));
        return failure;
    }
}
