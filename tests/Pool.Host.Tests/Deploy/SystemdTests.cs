using System.Diagnostics;

namespace Pool.Host.Tests.Deploy;

public sealed class SystemdTests
{
    [Fact]
    public async Task Systemd_analyze_finds_nothing_wrong_with_the_unit()
    {
        var folder = Directory.CreateTempSubdirectory("pool-unit-");
        try
        {
            // It wants programs that are there; ours is installed elsewhere.
            var unit = Path.Combine(folder.FullName, "pool.service");
            await File.WriteAllTextAsync(unit, DeployFolder.Read("pool.service").Replace("/opt/pool/pool", "/bin/true", StringComparison.Ordinal));
            using var process = Process.Start(new ProcessStartInfo("systemd-analyze", ["verify", "--man=no", unit]) { RedirectStandardError = true })!;
            var said = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.Equal((0, ""), (process.ExitCode, said));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void It_gives_a_drain_its_time()
    {
        var stop = DeployFolder.Read("pool.service").Split('\n').Single(l => l.StartsWith("TimeoutStopSec=", StringComparison.Ordinal));
        // The drain itself, and what may hang after it: connections that close, a share and a place in the cluster that are given back.
        Assert.True(int.Parse(stop.Split('=')[1], null) > 30 + 10 + 3 + 3);
    }
}
