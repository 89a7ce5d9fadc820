using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Pool.Host.Tests;

/// <summary>Somebody may set a machine's time at any moment: nothing may be decided by it that can be decided by the monotonic clock.</summary>
public sealed partial class WallClockTests
{
    private static readonly Dictionary<string, string> s_readers = new()
    {
        ["Pool.Actors/Cluster/Membership/Joining.cs"] = "since when a slot rests outlives all processes; it is asked only when all slots were used before",
        ["Pool.Host/Admin/NodeInspector.cs"] = "shown to people",
        ["Pool.Host/Admin/Endpoints/NodeEndpoints.cs"] = "shown to people",
        ["Pool.Host/Tls/CertificateSource.cs"] = "stands in a certificate",
        ["Pool.Pbm/Output/Column.cs"] = "shown to people",
        ["Pool.Pbm/Watch/WatchView.cs"] = "shown to people",
    };

    // BannedSymbols.txt keeps all other ways to the wall clock closed.
    [Fact]
    public void The_wall_clock_is_read_only_where_it_is_meant()
    {
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../../src"));
        var readers = Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && WallClock().IsMatch(File.ReadAllText(f)))
            .Select(f => Path.GetRelativePath(root, f));
        Assert.Equal(s_readers.Keys.Order(), readers.Order());
    }

    private static string Here([CallerFilePath] string here = "") => here;

    [GeneratedRegex(@"\bGet(Utc|Local)Now\b")]
    private static partial Regex WallClock();
}
