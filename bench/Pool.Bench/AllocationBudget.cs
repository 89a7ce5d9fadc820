using System.Text.Json;
using BenchmarkDotNet.Reports;

namespace Pool.Bench;

/// <summary>
/// Bytes that each benchmark may allocate per operation, by "Class.Method". Bytes are exact and the same on every machine, so
/// they make a gate; nanoseconds are neither, so they are only shown.
/// </summary>
public sealed class AllocationBudget
{
    private readonly Dictionary<string, long> _bytes;

    private AllocationBudget(Dictionary<string, long> bytes) => _bytes = bytes;

    /// <summary>Reads the file.</summary>
    public static AllocationBudget Load(string path) => new(JsonSerializer.Deserialize<Dictionary<string, long>>(File.ReadAllText(path))!);

    /// <summary>
    /// Writes a line for each benchmark. False if one exceeds its budget, has none, or did not run; or if a budget has no benchmark.
    /// </summary>
    public bool Check(IEnumerable<Summary> summaries, TextWriter output)
    {
        var without = _bytes.Keys.ToHashSet();
        var passed = true;
        output.WriteLine($"{"benchmark",-50}{"ns",12}{"+-",10}{"bytes",10}{"budget",10}");
        foreach (var report in summaries.SelectMany(s => s.Reports))
        {
            var benchmark = report.BenchmarkCase.Descriptor;
            var name = $"{benchmark.Type.Name}.{benchmark.WorkloadMethod.Name}";
            without.Remove(name);
            var bytes = report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase);
            var statistics = report.ResultStatistics;
            var allowed = _bytes.TryGetValue(name, out var limit) ? limit : (long?)null;
            var verdict = (statistics, bytes, allowed) switch
            {
                (null, _, _) or (_, null, _) => "  DID NOT RUN",
                (_, _, null) => "  HAS NO BUDGET",
                (_, { } used, { } most) when used > most => "  EXCEEDED",
                _ => "",
            };
            passed &= verdict.Length == 0;
            output.WriteLine($"{name,-50}{statistics?.Mean,12:0.0}{statistics?.StandardError,10:0.0}{bytes,10}{allowed,10}{verdict}");
        }

        foreach (var name in without)
        {
            output.WriteLine($"{name,-50}  IS NO BENCHMARK");
        }

        return passed && without.Count == 0;
    }
}
