using System.Diagnostics;
using System.Text;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Orm;

/// <summary>One running process of an application: it works, then waits with its connections open, then works on.</summary>
internal sealed class Instance : IAsyncDisposable
{
    private const string Waiting = "== waiting", End = "== end";
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private readonly Process _process;
    private readonly string _name;
    private readonly StringBuilder _transcript = new();
    private readonly Task<string> _errors;

    private Instance(Process process, string name)
    {
        _process = process;
        _name = name;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts it.</summary>
    /// <param name="application">The folder in tests/orm.</param>
    /// <param name="port">Of the server or the node, on this machine.</param>
    /// <param name="database">Where its tables are.</param>
    /// <param name="role">"migrate", or the worker's number.</param>
    public static Instance Start(string application, int port, string database, string role)
    {
        var start = new ProcessStartInfo(Repository.PathTo("tests", "orm", application, "run"),
            ["127.0.0.1", $"{port}", DatabaseServer.User, DatabaseServer.Password, database, role])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.Latin1,
        };
        return new Instance(Process.Start(start) ?? throw new InvalidOperationException($"{application} does not start"), $"{application} {role}");
    }

    /// <summary>Until it waits. Fails, with its words, when it ends instead or takes far too long.</summary>
    public Task WaitingAsync() => ReadAsync(Waiting);

    /// <summary>Lets it go on until its end, and answers with all that it said.</summary>
    public async Task<string> FinishAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        await _process.StandardInput.FlushAsync();
        await ReadAsync(End);
        return _transcript.ToString();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task ReadAsync(string last)
    {
        using var deadline = new CancellationTokenSource(s_patience);
        string? line = null;
        try
        {
            while (line != last && (line = await _process.StandardOutput.ReadLineAsync(deadline.Token)) is not null)
                _transcript.Append(line).Append('\n');
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }

        if (line != last)
            Assert.Fail($"{_name} did not come to '{last}'; ./test.sh installs what it needs\n{_transcript}\n{await _errors}");
    }
}
