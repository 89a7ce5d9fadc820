using System.Collections.Concurrent;
using System.Diagnostics;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Cluster;

/// <summary>PyMySQL with books (tests/clients/python/ledger.py): writes numbered rows, and says of each what it was told.</summary>
internal sealed class LedgerClient : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string[]> _lines = new();
    private readonly ConcurrentQueue<string> _errors = new();

    private LedgerClient(int worker, Process process)
    {
        (Worker, _process) = (worker, process);
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => _errors.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Its number.</summary>
    public int Worker { get; }

    /// <summary>Numbers that were acknowledged.</summary>
    public IEnumerable<int> Acknowledged => Numbers("ack");

    /// <summary>Numbers that were not written, for certain.</summary>
    public IEnumerable<int> Refused => Numbers("not");

    /// <summary>Numbers that may have been written or not.</summary>
    public IEnumerable<int> Uncertain => Numbers("may");

    /// <summary>Everything that went wrong, as kind and error, with how often.</summary>
    public IEnumerable<KeyValuePair<string, int>> Troubles => _lines.Where(l => l[0] != "ack").CountBy(l => $"{l[0]} {l[2]}");

    /// <summary>Starts one that uses these ports in turn.</summary>
    public static LedgerClient Start(int worker, IEnumerable<int> ports, string user, string password)
    {
        var start = new ProcessStartInfo(
            "/usr/bin/python3", [Repository.PathTo("tests", "clients", "python", "ledger.py"), string.Join(',', ports), user, password, $"{worker}"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        return new LedgerClient(worker, Process.Start(start)!);
    }

    /// <summary>Fails with what it said if it has ended, though nobody stopped it.</summary>
    public void RequireRunning() => Assert.False(_process.HasExited, $"writer {Worker} has ended: {string.Join('\n', _errors)}");

    /// <summary>Lets it finish what it does.</summary>
    public async Task StopAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(_process.ExitCode == 0, string.Join('\n', _errors));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private IEnumerable<int> Numbers(string kind) => _lines.Where(l => l[0] == kind).Select(l => int.Parse(l[1], null));

    private void Keep(string? line)
    {
        if (line is { Length: > 0 })
            _lines.Enqueue(line.Split(' '));
    }
}
