using System.Runtime.InteropServices;

namespace Pool.Actors.Telemetry;

/// <summary>
/// A number that only grows. Thread-safe, free of locks and allocations; split over a few padded cells, so that I/O threads
/// do not fight over one cache line.
/// </summary>
public sealed class Counter
{
    private const int Cells = 8;
    private readonly Cell[] _cells = new Cell[Cells];

    /// <summary>The sum; exact when nobody is adding.</summary>
    public long Value
    {
        get
        {
            long sum = 0;
            for (var i = 0; i < Cells; i++)
            {
                sum += Volatile.Read(ref _cells[i].Value);
            }

            return sum;
        }
    }

    /// <summary>Adds one.</summary>
    public void Increment() => Add(1);

    /// <summary>Adds <paramref name="count"/>, which is not negative.</summary>
    public void Add(long count) => Interlocked.Add(ref _cells[Environment.CurrentManagedThreadId & (Cells - 1)].Value, count);

    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Cell
    {
        public long Value;
    }
}
