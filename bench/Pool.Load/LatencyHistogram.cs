using System.Numerics;

namespace Pool.Load;

/// <summary>
/// Latencies in microseconds, in buckets that are at most 1/32 of their value wide. One writer; merged when it has stopped.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 5;
    private const int SubBuckets = 1 << SubBits;

    // 2^31 us is more than half an hour: longer than any run.
    private readonly int[] _counts = new int[(32 - SubBits) * SubBuckets];

    /// <summary>How many were recorded.</summary>
    public long Count { get; private set; }

    /// <summary>The longest, exactly.</summary>
    public long Max { get; private set; }

    /// <summary>Adds one latency.</summary>
    public void Record(long microseconds)
    {
        _counts[Bucket((uint)Math.Clamp(microseconds, 0, int.MaxValue))]++;
        Count++;
        Max = Math.Max(Max, microseconds);
    }

    /// <summary>Adds all of <paramref name="other"/>.</summary>
    public void Add(LatencyHistogram other)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
        Max = Math.Max(Max, other.Max);
    }

    /// <summary>The latency that <paramref name="fraction"/> of all (0-1) do not exceed; 0 if there are none.</summary>
    public long Percentile(double fraction)
    {
        var rank = (long)Math.Ceiling(fraction * Count);
        long seen = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= rank && seen > 0)
            {
                return Math.Min(UpperEdge(i), Max);
            }
        }

        return 0;
    }

    private static int Bucket(uint value)
    {
        var shift = Math.Max(0, BitOperations.Log2(value | 1) - SubBits);
        return (shift * SubBuckets) + (int)(value >> shift);
    }

    private static long UpperEdge(int bucket)
    {
        if (bucket < 2 * SubBuckets)
        {
            return bucket;
        }

        var shift = (bucket / SubBuckets) - 1;
        return ((long)(bucket - (shift * SubBuckets) + 1) << shift) - 1;
    }
}
