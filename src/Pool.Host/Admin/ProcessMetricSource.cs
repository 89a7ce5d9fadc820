using System.Diagnostics;
using System.Globalization;

namespace Pool.Host.Admin;

/// <summary>The process and its runtime; names as Prometheus' own client libraries have them, where they have them.</summary>
public sealed class ProcessMetricSource : IMetricSource
{
    private readonly double _startSeconds;

    /// <summary>Remembers when the process started.</summary>
    public ProcessMetricSource()
    {
        using var process = Process.GetCurrentProcess();
        _startSeconds = (process.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds;
    }

    /// <inheritdoc/>
    public void Write(PrometheusWriter page)
    {
        using var process = Process.GetCurrentProcess();
        page.Counter("process_cpu_seconds_total", "Processor time, user and system.", process.TotalProcessorTime.TotalSeconds);
        page.Gauge("process_resident_memory_bytes", "Resident memory.", process.WorkingSet64);
        page.Gauge("process_start_time_seconds", "Start, in seconds since 1970.", _startSeconds);
        page.Gauge("process_threads", "Threads of the process.", process.Threads.Count);
        page.Gauge("dotnet_threadpool_threads", "Threads of the thread pool.", ThreadPool.ThreadCount);
        page.Counter("dotnet_gc_allocated_bytes_total", "Bytes allocated on the managed heap.", GC.GetTotalAllocatedBytes(precise: false));
        page.Gauge("dotnet_gc_heap_bytes", "Managed heap, as of the last collection.", GC.GetGCMemoryInfo().HeapSizeBytes);
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            // The runtime counts a collection for its generation and all below it.
            var older = generation < GC.MaxGeneration ? GC.CollectionCount(generation + 1) : 0;
            page.Counter(
                "dotnet_gc_collections_total",
                "Garbage collections.",
                GC.CollectionCount(generation) - older,
                ("generation", generation.ToString(CultureInfo.InvariantCulture)));
        }
    }
}
