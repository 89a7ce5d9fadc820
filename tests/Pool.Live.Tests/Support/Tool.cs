using System.Diagnostics;

namespace Pool.Live.Tests.Support;

/// <summary>What a program answered.</summary>
internal sealed record ToolResult(int ExitCode, string Output, string Errors)
{
    /// <summary>For failure messages: both streams, the end of a long one.</summary>
    public override string ToString() => $"exit code {ExitCode}\n{End(Output)}\n{End(Errors)}";

    private static string End(string text) => text.Length > 4000 ? "..." + text[^4000..] : text;
}

/// <summary>Runs a program to its end.</summary>
internal static class Tool
{
    /// <summary>Runs it; kills it with all that it started when it takes longer than <paramref name="limit"/>.</summary>
    public static async Task<ToolResult> RunAsync(string program, IEnumerable<string> arguments, TimeSpan limit,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            StandardOutputEncoding = System.Text.Encoding.Latin1,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} does not start");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var expiry = new CancellationTokenSource(limit);
        try
        {
            await process.WaitForExitAsync(expiry.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return new ToolResult(-1, await output, await errors + $"\nkilled after {limit}");
        }

        return new ToolResult(process.ExitCode, await output, await errors);
    }
}
