using System.Diagnostics;

namespace Pool.Load;

/// <summary>Lets one client begin its statements at a steady rate; one that falls behind does not catch up.</summary>
internal sealed class Pace
{
    private readonly TimeSpan _period;
    private long _due;

    /// <param name="rate">Statements per second; 0: no pause at all.</param>
    /// <param name="random">Places the first: clients do not go in step.</param>
    public Pace(double rate, Random random)
    {
        _period = rate > 0 ? TimeSpan.FromSeconds(1 / rate) : TimeSpan.Zero;
        _due = Stopwatch.GetTimestamp() - Ticks(_period * random.NextDouble());
    }

    /// <summary>Completes when the next statement is due.</summary>
    public ValueTask NextAsync()
    {
        if (_period == TimeSpan.Zero)
        {
            return ValueTask.CompletedTask;
        }

        var now = Stopwatch.GetTimestamp();
        _due = Math.Max(_due + Ticks(_period), now);
        return new ValueTask(Task.Delay(Stopwatch.GetElapsedTime(now, _due)));
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
