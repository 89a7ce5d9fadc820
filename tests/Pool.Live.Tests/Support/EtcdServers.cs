using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Pool.Host.Etcd;

namespace Pool.Live.Tests.Support;

/// <summary>A real etcd of its own with some members, started by the project's scripts in a folder that is removed at the end.</summary>
public sealed class EtcdServers : IAsyncDisposable
{
    /// <summary>The user that <see cref="RequireLoginAsync"/> creates.</summary>
    public const string User = "pool";

    /// <summary>Its password: with characters that quoting must survive.</summary>
    public const string Password = "s3cret-\"with\"-quotes'";

    // Quick enough for tests that wait for an election or the end of a lease.
    private static readonly string[] s_options = ["--heartbeat-interval=50", "--election-timeout=500"];
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);
    private static readonly HttpClient s_http = new() { Timeout = TimeSpan.FromSeconds(5) };

    private readonly string _folder = Directory.CreateTempSubdirectory("pool-live-etcd-").FullName;
    private readonly (int Client, int Peer)[] _ports;
    private bool _usesTls;

    /// <summary>Chooses free ports for the members.</summary>
    public EtcdServers(int members) => _ports = [.. Enumerable.Range(0, members).Select(_ => (FreePort.Next(), FreePort.Next()))];

    /// <summary>The members' client URLs.</summary>
    public IReadOnlyList<Uri> Endpoints =>
        [.. _ports.Select(p => new Uri($"{(_usesTls ? "https" : "http")}://127.0.0.1:{p.Client}"))];

    /// <summary>How to reach it.</summary>
    public EtcdOptions Options => new()
    {
        Endpoints = Endpoints,
        CaFile = _usesTls ? PathTo("cert.pem") : null,
        CertificateFile = _usesTls ? PathTo("cert.pem") : null,
        KeyFile = _usesTls ? PathTo("key.pem") : null,
        RequestTimeout = TimeSpan.FromSeconds(1),
        ReadInterval = TimeSpan.FromSeconds(1),
    };

    /// <summary>A coordinator on it.</summary>
    public EtcdCoordinator Coordinator(Func<EtcdOptions, EtcdOptions>? options = null) =>
        new(options?.Invoke(Options) ?? Options, TimeProvider.System, NullLogger.Instance);

    /// <summary>An etcd that has started.</summary>
    public static async Task<EtcdServers> StartedAsync(int members)
    {
        var servers = new EtcdServers(members);
        await servers.StartAsync();
        return servers;
    }

    /// <summary>Starts the members that do not run, and waits until a majority answers.</summary>
    public async Task StartAsync()
    {
        var environment = _usesTls
            ? new Dictionary<string, string> { ["POOL_ETCD_CA"] = PathTo("cert.pem"), ["POOL_ETCD_CERT"] = PathTo("cert.pem"), ["POOL_ETCD_KEY"] = PathTo("key.pem") }
            : [];
        Succeeded(await Tool.RunAsync(
            Repository.PathTo("tools", "start-etcd.sh"), [_folder, .. _ports.Select(p => $"{p.Client}:{p.Peer}"), "--", .. s_options], s_limit, environment));
    }

    /// <summary>Starts it so that clients must use TLS and show a certificate.</summary>
    public async Task StartWithTlsAsync()
    {
        // One certificate is everybody's, and its own authority. It has no common name, since etcd's gateway refuses clients that have one.
        Succeeded(await Tool.RunAsync("openssl",
            ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj", "/O=pool",
                "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", PathTo("key.pem"), "-out", PathTo("cert.pem")], s_limit));
        _usesTls = true;
        await StartAsync();
    }

    /// <summary>Turns authentication on, with a user who may do everything.</summary>
    public async Task RequireLoginAsync()
    {
        await ControlAsync("user", "add", $"root:{Password}");
        await ControlAsync("user", "add", $"{User}:{Password}");
        await ControlAsync("role", "add", User);
        await ControlAsync("role", "grant-permission", User, "readwrite", "", "--prefix");
        await ControlAsync("user", "grant-role", User, User);
        await ControlAsync("auth", "enable");
    }

    /// <summary>Runs etcd's own client.</summary>
    public async Task<string> ControlAsync(params string[] arguments)
    {
        string[] secure = _usesTls ? [$"--cacert={PathTo("cert.pem")}", $"--cert={PathTo("cert.pem")}", $"--key={PathTo("key.pem")}"] : [];
        var result = await Tool.RunAsync("etcdctl", [$"--endpoints={string.Join(',', Endpoints)}", .. secure, .. arguments], s_limit,
            new Dictionary<string, string> { ["ETCDCTL_API"] = "3" });
        return Succeeded(result).Output;
    }

    /// <summary>The member, counted from 0, that leads the others; not for TLS.</summary>
    public async Task<int> LeaderAsync()
    {
        for (var member = 0; ; member = (member + 1) % _ports.Length)
        {
            try
            {
                using var answer = await s_http.PostAsJsonAsync(new Uri(Endpoints[member], "/v3/maintenance/status"), new object());
                var status = await answer.Content.ReadFromJsonAsync<JsonElement>();
                var self = status.GetProperty("header").GetProperty("member_id").GetString();
                if (status.TryGetProperty("leader", out var leader) && leader.GetString() == self)
                    return member;
            }
            catch (HttpRequestException)
            {
                // It does not run.
            }

            await Task.Delay(20);
        }
    }

    /// <summary>Sends a member a signal.</summary>
    public void Send(int member, Signal signal) => signal.SendTo(ProcessOf(member));

    /// <summary>Ends a member, in good order or not, and waits until it is gone.</summary>
    public async Task EndAsync(int member, Signal signal)
    {
        var process = ProcessOf(member);
        signal.SendTo(process);
        await Eventually.TrueAsync(() => !Directory.Exists($"/proc/{process}"), "etcd does not end");
    }

    /// <summary>Takes the data of a member that does not run away.</summary>
    public void LoseData(int member) => Directory.Delete(Path.Combine(_folder, $"{member + 1}", "data"), recursive: true);

    /// <summary>A file of its folder.</summary>
    public string PathTo(string file) => Path.Combine(_folder, file);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        for (var member = 0; member < _ports.Length; member++)
        {
            if (File.Exists(PidFile(member)))
                Signal.Kill.SendTo(ProcessOf(member));
        }

        await Eventually.TrueAsync(
            () => Enumerable.Range(0, _ports.Length).All(m => !File.Exists(PidFile(m)) || !Directory.Exists($"/proc/{ProcessOf(m)}")), "etcd does not end");
        Directory.Delete(_folder, recursive: true);
    }

    private int ProcessOf(int member) => int.Parse(File.ReadAllText(PidFile(member)), CultureInfo.InvariantCulture);

    private string PidFile(int member) => Path.Combine(_folder, $"{member + 1}", "server.pid");

    private static ToolResult Succeeded(ToolResult result) =>
        result.ExitCode == 0 ? result : throw new InvalidOperationException($"./test.sh installs what it needs: {result}");
}
