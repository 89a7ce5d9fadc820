using System.Diagnostics;
using Pool.Host.Configuration;

namespace Pool.Host.Tests.Configuration;

public sealed class CheckCommandTests
{
    [Theory]
    [InlineData("{ \"Listners\": [] }", "Listners")]
    [InlineData("no json at all", "")]
    public async Task The_program_prints_what_is_wrong_with_a_configuration_and_ends_with_status_1(string text, string named)
    {
        var (code, output) = await CheckAsync(text);
        Assert.Equal(1, code);
        Assert.NotEmpty(output);
        Assert.Contains(named, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    public async Task The_program_says_how_it_is_called(string option)
    {
        var (code, output) = await RunAsync("--config", "nowhere.json", option);
        Assert.Equal(0, code);
        Assert.StartsWith(CommandLine.Usage, output, StringComparison.Ordinal);
        Assert.Contains("Exit codes: 0 ", output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output)> CheckAsync(string text)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, text);
            return await RunAsync("--config", file, "--check");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        using var program = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "pool"), arguments) { RedirectStandardOutput = true })!;
        var output = await program.StandardOutput.ReadToEndAsync();
        await program.WaitForExitAsync();
        return (program.ExitCode, output);
    }
}
