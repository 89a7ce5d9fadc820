using System.Diagnostics;

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

    private static async Task<(int Code, string Output)> CheckAsync(string text)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, text);
            var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "pool"), ["--config", file, "--check"])
            {
                RedirectStandardOutput = true,
            };
            using var program = Process.Start(start)!;
            var output = await program.StandardOutput.ReadToEndAsync();
            await program.WaitForExitAsync();
            return (program.ExitCode, output);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
