namespace Pool.Actors.Telemetry;

/// <summary>Counts durations in fixed buckets, as Prometheus reads them. Thread-safe, free of locks and allocations.</summary>
public sealed class Histogram
{
    private static readonly double[] s_boundsSeconds =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    private readonly Counter[] _buckets = [.. Enumerable.Range(0, s_boundsSeconds.Length + 1).Select(_ => new Counter())];
    private readonly Counter _sumMicroseconds = new();

    /// <summary>The upper bounds of the buckets, in seconds; one more bucket holds the rest.</summary>
    public static ReadOnlySpan<double> BoundsSeconds => s_boundsSeconds;

    /// <summary>The sum of all durations, in seconds.</summary>
    public double SumSeconds => _sumMicroseconds.Value / 1e6;

    /// <summary>How many fell into bucket <paramref name="index"/> (not cumulative).</summary>
    public long CountOf(int index) => _buckets[index].Value;

    /// <summary>Counts one duration.</summary>
    public void Record(TimeSpan duration)
    {
        var index = 0;
        while (index < s_boundsSeconds.Length && duration.TotalSeconds > s_boundsSeconds[index])
        {
            index++;
        }

        _buckets[index].Increment();
        _sumMicroseconds.Add((long)duration.TotalMicroseconds);
    }
}
