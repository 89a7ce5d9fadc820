using System.Globalization;

namespace Pool.Live.Tests.Support;

/// <summary>
/// A real server of its own, started by the project's scripts in a folder that is removed at the end. Its account
/// <see cref="User"/> may do everything.
/// </summary>
public abstract class DatabaseServer : IAsyncDisposable
{
    /// <summary>The account that the scripts create.</summary>
    public const string User = "pool";

    /// <summary>Its password: with characters that quoting must survive.</summary>
    public const string Password = "s3cret-\"with\"-quotes'";

    private readonly string _folder = Directory.CreateTempSubdirectory("pool-live-").FullName;
    private string[] _options = [];

    /// <summary>Where it listens on 127.0.0.1.</summary>
    public int Port { get; } = FreePort.Next();

    /// <summary>The script in tools/ that starts it.</summary>
    protected abstract string StartScript { get; }

    /// <summary>The command line client that speaks to it.</summary>
    public abstract string Client { get; }

    /// <summary>The privileges with which one is let in although the server has as many connections as it may.</summary>
    public abstract string LetsInAboveLimit { get; }

    /// <summary>
    /// Starts it, or starts it again, and waits until a login works. Throws, with the script's words, when it does not start.
    /// </summary>
    public async Task StartAsync(params string[] options)
    {
        _options = options;
        var result = await Tool.RunAsync(Repository.PathTo("tools", StartScript), [_folder, $"{Port}", .. options], TimeSpan.FromMinutes(3),
            new Dictionary<string, string> { ["POOL_BACKEND_USER"] = User, ["POOL_BACKEND_PASSWORD"] = Password });
        if (result.ExitCode != 0)
            throw new InvalidOperationException($"tools/{StartScript} failed; ./test.sh installs what it needs: {result}");
    }

    /// <summary>Ends it, in good order or not, and waits until it is gone. Its data stays.</summary>
    public async Task EndAsync(Signal signal)
    {
        var process = await SignalAsync(signal);
        await Eventually.TrueAsync(() => !Directory.Exists($"/proc/{process}"), $"{StartScript}: the server does not end");
    }

    /// <summary>Sends it a signal, and answers its process id.</summary>
    public async Task<int> SignalAsync(Signal signal)
    {
        var process = int.Parse(await File.ReadAllTextAsync(PathTo("server.pid")), CultureInfo.InvariantCulture);
        signal.SendTo(process);
        return process;
    }

    /// <summary>A file of its folder.</summary>
    public string PathTo(string file) => Path.Combine(_folder, file);

    /// <summary>Runs statements on a direct connection and returns the rows, tab separated. Throws if one fails.</summary>
    public async Task<string> QueryAsync(string sql)
    {
        var result = await Login(Port, User, Password, sql);
        return result.ExitCode == 0 ? result.Output.TrimEnd('\n') : throw new InvalidOperationException($"{sql}: {result}{await LastWordsAsync()}");
    }

    /// <summary>Runs a statement with the command line client over any port of this machine.</summary>
    internal Task<ToolResult> Login(int port, string user, string password, string sql, params string[] options) =>
        Tool.RunAsync(Client,
            ["--no-defaults", "-h127.0.0.1", $"-P{port}", $"-u{user}", "--batch", "--skip-column-names", .. options, "-e", sql],
            TimeSpan.FromMinutes(1), new Dictionary<string, string> { ["MYSQL_PWD"] = password });

    /// <summary>If the server has ended by itself: what it wrote last, and it is started again, so that only one test fails for it.</summary>
    private async Task<string> LastWordsAsync()
    {
        const int Enough = 200;
        if (Directory.Exists($"/proc/{await File.ReadAllTextAsync(PathTo("server.pid"))}".TrimEnd()))
            return "";
        var log = await File.ReadAllLinesAsync(PathTo("server.log"));
        await StartAsync(_options);
        return $"\nThe server has ended by itself; its last words were:\n{string.Join('\n', log.TakeLast(Enough))}";
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Tool.RunAsync(Repository.PathTo("tools", "stop-server.sh"), [_folder], TimeSpan.FromMinutes(1),
            new Dictionary<string, string> { ["POOL_STOP_SECONDS"] = "10" });
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}
