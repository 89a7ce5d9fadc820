using System.Globalization;

namespace Pool.Load;

/// <summary>
/// What the process in the middle used so far, from /proc and from its metrics page. Differences of two readings are what a
/// run cost.
/// <see href="https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html"/>
/// </summary>
/// <param name="CpuMicroseconds">User and system time.</param>
/// <param name="RssKb">Resident memory.</param>
/// <param name="AllocatedBytes">Managed allocations; null if there is no metrics page or it does not say.</param>
internal sealed record WatchedProcess(long CpuMicroseconds, long RssKb, double? AllocatedBytes)
{
    private const long MicrosecondsPerTick = 10_000; // USER_HZ is 100 on every Linux
    private const string Allocated = "dotnet_gc_allocated_bytes_total";

    /// <summary>A reading of now; null when nothing is watched.</summary>
    public static async Task<WatchedProcess?> ReadAsync(LoadOptions options)
    {
        if (options.Watch == 0)
        {
            return null;
        }

        // The name in parentheses may hold blanks; fields 14 and 15 are the times.
        var stat = await File.ReadAllTextAsync($"/proc/{options.Watch}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        var rss = (await File.ReadAllLinesAsync($"/proc/{options.Watch}/status")).First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        var kb = long.Parse(rss.AsSpan(6, rss.Length - 8), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
        return new WatchedProcess(ticks * MicrosecondsPerTick, kb, await ReadAllocatedAsync(options.Metrics));
    }

    private static async Task<double?> ReadAllocatedAsync(string metrics)
    {
        if (metrics.Length == 0)
        {
            return null;
        }

        using var http = new HttpClient();
        var page = await http.GetStringAsync(new Uri(metrics));
        var line = page.Split('\n').FirstOrDefault(l => l.StartsWith(Allocated, StringComparison.Ordinal));
        return line is null ? null : double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }
}
