using System.Globalization;

namespace Pool.Load;

/// <summary>
/// What the process in the middle used so far, from /proc and from its metrics page, and the database behind it.
/// <see href="https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html"/>
/// </summary>
/// <param name="CpuMicroseconds">User and system time.</param>
/// <param name="DatabaseCpuMicroseconds">The database's; null if it is not watched.</param>
/// <param name="RssKb">Resident memory.</param>
/// <param name="Counters">What the metrics page counts, by short name; empty if there is no page.</param>
internal sealed record WatchedProcess(
    long CpuMicroseconds, long? DatabaseCpuMicroseconds, long RssKb, IReadOnlyDictionary<string, double> Counters)
{
    /// <summary>The counter of bytes of managed memory.</summary>
    public const string Allocated = "allocated";

    private const long MicrosecondsPerTick = 10_000; // USER_HZ is 100 on every Linux

    private static readonly (string Metric, string Name)[] s_counters =
    [
        ("dotnet_gc_allocated_bytes_total", Allocated),
        ("pool_repaints_total", "repaints"),
        ("pool_pins_total", "pins"),
    ];

    /// <summary>A reading of now; null when nothing is watched.</summary>
    public static async Task<WatchedProcess?> ReadAsync(LoadOptions options)
    {
        if (options.Watch == 0)
        {
            return null;
        }

        var rss = (await File.ReadAllLinesAsync($"/proc/{options.Watch}/status")).First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        var kb = long.Parse(rss.AsSpan(6, rss.Length - 8), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
        var database = options.WatchDatabase == 0 ? (long?)null : await ReadCpuAsync(options.WatchDatabase);
        return new WatchedProcess(await ReadCpuAsync(options.Watch), database, kb, await ReadCountersAsync(options.Metrics));
    }

    /// <summary>What was used since <paramref name="before"/>; memory as it is now.</summary>
    public WatchedProcess Since(WatchedProcess before) => new(
        CpuMicroseconds - before.CpuMicroseconds,
        DatabaseCpuMicroseconds - before.DatabaseCpuMicroseconds,
        RssKb,
        Counters.ToDictionary(c => c.Key, c => c.Value - before.Counters.GetValueOrDefault(c.Key)));

    private static async Task<long> ReadCpuAsync(int process)
    {
        // The name in parentheses may hold blanks; fields 14 and 15 are the times.
        var stat = await File.ReadAllTextAsync($"/proc/{process}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        return ticks * MicrosecondsPerTick;
    }

    private static async Task<IReadOnlyDictionary<string, double>> ReadCountersAsync(string metrics)
    {
        if (metrics.Length == 0)
        {
            return new Dictionary<string, double>();
        }

        using var http = new HttpClient();
        var lines = (await http.GetStringAsync(new Uri(metrics))).Split('\n');
        return s_counters.ToDictionary(c => c.Name, c => lines.Where(l => Names(l, c.Metric)).Sum(Value));
    }

    // A metric has a line for each combination of its labels. A transaction keeps its connection whatever the pool can share.
    private static bool Names(string line, string metric) =>
        line.StartsWith(metric, StringComparison.Ordinal)
        && line.Length > metric.Length && line[metric.Length] is ' ' or '{'
        && !line.Contains("reason=\"Transaction\"", StringComparison.OrdinalIgnoreCase);

    private static double Value(string line) => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
}
