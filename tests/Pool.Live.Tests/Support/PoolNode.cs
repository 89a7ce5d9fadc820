using System.Diagnostics;
using System.Text;

namespace Pool.Live.Tests.Support;

/// <summary>The real program, as an operator would start it: a process with a configuration file, on free ports.</summary>
public sealed class PoolNode : IAsyncDisposable
{
    // Hundreds of nodes are started, and none lives for long: no instrumented code, and no second start for what the environment says here.
    private static readonly Dictionary<string, string> s_quickStart = new() { ["DOTNET_TieredPGO"] = "0", ["DOTNET_GCgen0size"] = "400000" };

    // One connection, which is kept: tests count a node's sockets.
    private static readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 1 }) { Timeout = TimeSpan.FromSeconds(5) };
    private readonly StringBuilder _log = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("pool-live-node-").FullName;
    private Process? _process;

    /// <summary>Where clients connect on 127.0.0.1.</summary>
    public int Port { get; } = FreePort.Next();

    /// <summary>Where the admin port is.</summary>
    public int AdminPort { get; } = FreePort.Next();

    /// <summary>All that it has logged so far.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <summary>Its process id, once it was launched.</summary>
    public int ProcessId => _process!.Id;

    /// <summary>Starts it with a configuration and waits until it is ready. Throws, with its log, when it does not become so.</summary>
    public async Task StartAsync(string configuration, IReadOnlyDictionary<string, string> environment)
    {
        await LaunchAsync(configuration, environment);
        await ReadyAsync();
    }

    /// <summary>Starts it with a configuration, and does not wait.</summary>
    public async Task LaunchAsync(string configuration, IReadOnlyDictionary<string, string> environment)
    {
        var file = await ConfigureAsync(configuration);
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "pool"), ["--config", file])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in s_quickStart.Concat(environment))
            start.Environment[name] = value;
        _process = Process.Start(start) ?? throw new InvalidOperationException("the program does not start");
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Waits until it is ready. Throws, with its log, when it does not become so.</summary>
    public async Task ReadyAsync()
    {
        for (var waited = Stopwatch.StartNew(); !await IsReadyAsync(); await Task.Delay(50))
        {
            if (_process!.HasExited || waited.Elapsed > TimeSpan.FromMinutes(1))
                throw new InvalidOperationException($"the node did not become ready:\n{Log}");
        }
    }

    /// <summary>Writes its configuration file, which it reads at its start and at <see cref="Signal.HangUp"/>, and says where it is.</summary>
    public async Task<string> ConfigureAsync(string configuration)
    {
        await File.WriteAllTextAsync(PathTo("pool.json"), configuration);
        return PathTo("pool.json");
    }

    /// <summary>A file of its folder.</summary>
    public string PathTo(string file) => Path.Combine(_folder, file);

    /// <summary>Whether it has this open: a file, or a socket by the name that it has in /proc.</summary>
    public bool HasOpen(string name)
    {
        try
        {
            return Directory.GetFiles($"/proc/{ProcessId}/fd").Any(f => LinkOf(f) == name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }

        static string? LinkOf(string file)
        {
            try
            {
                return new FileInfo(file).LinkTarget;
            }
            catch (IOException)
            {
                // Closed meanwhile.
                return null;
            }
        }
    }

    /// <summary>Sends it a signal.</summary>
    public void Send(Signal signal) => signal.SendTo(ProcessId);

    /// <summary>Waits until it has ended by itself, and answers with what code.</summary>
    public async Task<int> ExitAsync()
    {
        await _process!.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return _process.ExitCode;
    }

    /// <summary>Whether it says that it is ready.</summary>
    public async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri($"http://127.0.0.1:{AdminPort}/readyz"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    /// <summary>The answer of a path of the admin port.</summary>
    public Task<string> AdminAsync(string path) => _http.GetStringAsync(new Uri($"http://127.0.0.1:{AdminPort}{path}"));

    /// <summary>As <see cref="AdminAsync"/>, or null if it does not answer.</summary>
    public async Task<string?> TryAdminAsync(string path)
    {
        try
        {
            return await AdminAsync(path);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            Send(Signal.Terminate);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            await _process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_process.HasExited)
                _process.Kill(entireProcessTree: true);
        }

        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_log)
            _log.AppendLine(line.Data);
    }
}
