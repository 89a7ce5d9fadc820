using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Faults;

/// <summary>TLS towards a server that has none, or a certificate of an authority made for the test.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class BackendTlsTests(FaultRig<MariaDbServer> rig)
{
    [Fact]
    public async Task A_server_without_tls_is_not_used_where_tls_is_required()
    {
        await using var restored = new Restored(rig.Server);
        await restored.StartWithAsync("--skip-ssl");
        await using var node = await rig.LaunchNodeAsync(new NodeSettings { TlsMode = "required" });
        await IsNotReadyAsync(node, "TLS is required and the server does not offer it");
    }

    [Fact]
    public async Task A_certificate_is_verified_as_far_as_the_mode_says()
    {
        await using var restored = new Restored(rig.Server);
        await restored.StartWithAsync(MakeCertificate("right", "db.example"));
        MakeCertificate("wrong", "db.example");
        await ConnectsAsync("verify-ca", "right");
        await FailsAsync("verify-ca", "wrong");
        await FailsAsync("verify-full", "right");
        await FailsAsync("verify-full", "wrong");
    }

    [Fact]
    public async Task A_certificate_that_names_the_host_passes_full_verification()
    {
        await using var restored = new Restored(rig.Server);
        await restored.StartWithAsync(MakeCertificate("right", "localhost"));
        await ConnectsAsync("verify-full", "right", "localhost");
        await FailsAsync("verify-full", "right", "127.0.0.1");
    }

    private async Task ConnectsAsync(string mode, string authority, string host = "127.0.0.1")
    {
        await using var node = await rig.StartNodeAsync(Settings(mode, authority, host));
        await using var client = await node.ConnectAsync();
        Assert.NotEmpty((await client.TryAsync("SHOW STATUS LIKE 'Ssl_cipher'")).Rows[0][1] ?? "");
    }

    private async Task FailsAsync(string mode, string authority, string host = "127.0.0.1")
    {
        await using var node = await rig.LaunchNodeAsync(Settings(mode, authority, host));
        await IsNotReadyAsync(node, "TLS");
    }

    private static Task IsNotReadyAsync(FaultNode node, string why) => UnreachableBackendTests<MariaDbServer>.IsNotReadyAsync(node, why);

    private NodeSettings Settings(string mode, string authority, string host) =>
        new() { TlsMode = mode, CaFile = AuthorityFile(authority), Host = host };

    private string AuthorityFile(string authority) => rig.Server.PathTo($"{authority}-ca.pem");

    // An authority, and the options of a server with a certificate of it.
    private string[] MakeCertificate(string authority, string host)
    {
        var (from, to) = (DateTimeOffset.UnixEpoch.AddYears(40), DateTimeOffset.UnixEpoch.AddYears(100));
        using var authorityKey = RSA.Create(2048);
        var request = Request($"CN={authority} authority", authorityKey);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var issuer = request.CreateSelfSigned(from, to);

        using var key = RSA.Create(2048);
        request = Request($"CN={host}", key);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(issuer, from, to, [1]);

        var (certificateFile, keyFile) = (rig.Server.PathTo($"{authority}.pem"), rig.Server.PathTo($"{authority}-key.pem"));
        File.WriteAllText(AuthorityFile(authority), issuer.ExportCertificatePem());
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        return [$"--ssl-cert={certificateFile}", $"--ssl-key={keyFile}"];
    }

    private static CertificateRequest Request(string subject, RSA key) =>
        new(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    /// <summary>Starts the server with other options, and at the end as it was.</summary>
    private sealed class Restored(DatabaseServer server) : IAsyncDisposable
    {
        public async Task StartWithAsync(params string[] options)
        {
            await server.EndAsync(Signal.Terminate);
            await server.StartAsync(options);
        }

        public async ValueTask DisposeAsync() => await StartWithAsync();
    }
}
