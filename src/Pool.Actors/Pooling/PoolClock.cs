namespace Pool.Actors.Pooling;

/// <summary>
/// The pool's coarse time: milliseconds since its start, moved on by the janitor. Reading the real clock twice per lease would
/// cost more than the lease. Thread-safe; one writer.
/// </summary>
internal sealed class PoolClock(TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();
    private long _now;

    /// <summary>Coarse milliseconds, late by up to a janitor's tick.</summary>
    public long Now => Volatile.Read(ref _now);

    /// <summary>The exact clock, for what is measured or promised.</summary>
    public TimeProvider Exact => time;

    /// <summary>Moves the coarse time to the exact one.</summary>
    public void Tick() => Volatile.Write(ref _now, (long)time.GetElapsedTime(_started).TotalMilliseconds);
}
