using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Pool.Live.Tests.Support;

/// <summary>The real program, as an operator would start it: a process with a configuration file, on free ports.</summary>
public sealed class PoolNode : IAsyncDisposable
{
    private const int Terminate = 15;
    private static readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };
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

    /// <summary>Starts it with a configuration and waits until it is ready. Throws, with its log, when it does not become so.</summary>
    public async Task StartAsync(string configuration, IReadOnlyDictionary<string, string> environment)
    {
        var file = Path.Combine(_folder, "pool.json");
        await File.WriteAllTextAsync(file, configuration);
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "pool"), ["--config", file])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        _process = Process.Start(start) ?? throw new InvalidOperationException("the program does not start");
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        for (var waited = Stopwatch.StartNew(); !await IsReady(); await Task.Delay(50))
        {
            if (_process.HasExited || waited.Elapsed > TimeSpan.FromMinutes(1))
                throw new InvalidOperationException($"the node did not become ready:\n{Log}");
        }
    }

    /// <summary>The answer of a path of the admin port.</summary>
    public Task<string> AdminAsync(string path) => _http.GetStringAsync(new Uri($"http://127.0.0.1:{AdminPort}{path}"));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _ = Kill(_process.Id, Terminate);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            await _process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_process.HasExited)
                _process.Kill(entireProcessTree: true);
        }

        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> IsReady()
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri($"http://127.0.0.1:{AdminPort}/readyz"));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_log)
            _log.AppendLine(line.Data);
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
