using System.Diagnostics;

namespace Pool.Load;

/// <summary>The phases of a run, as all clients see them: warming up, measuring, stopped. Set by one, read by all.</summary>
internal sealed class RunClock
{
    private volatile bool _measuring;
    private volatile bool _stopped;
    private long _began;

    public bool Measuring => _measuring;

    public bool Stopped => _stopped;

    /// <summary>Seconds since <see cref="Start"/>.</summary>
    public double Elapsed => Stopwatch.GetElapsedTime(_began).TotalSeconds;

    public void Start()
    {
        _began = Stopwatch.GetTimestamp();
        _measuring = true;
    }

    public void Stop() => _stopped = true;
}
