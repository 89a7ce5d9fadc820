using Pool.Actors.Backends;
using Pool.Actors.Settings;

namespace Pool.Actors.Pooling;

/// <summary>
/// When the next connect may begin: so many per second, a few at a time, and after a failure one at a time and later each time.
/// A refused login says nothing about the server, so it holds back only its own class. Called under the line's gate.
/// </summary>
internal sealed class ConnectPacer(Func<int> perSecond, PoolClock clock, Random jitter)
{
    private const int AtOnce = 4;
    private readonly Dictionary<ConnectionClass, Backoff> _refused = [];
    private Backoff _backend;
    private double _tokens = perSecond();
    private long _refilled;
    private int _underWay;

    /// <summary>The last connect that got an answer failed.</summary>
    public bool IsFailing => _backend.Failures > 0;

    /// <summary>True if a connect of this class may begin now, beside so many others that are about to.</summary>
    public bool MayBegin(ConnectionClass connectionClass, int others = 0)
    {
        var now = clock.Now;
        var rate = perSecond();
        _tokens = Math.Min(rate, _tokens + ((now - _refilled) * rate / 1000.0));
        _refilled = now;
        return _tokens >= 1 + others
            && _underWay + others < (IsFailing ? 1 : AtOnce)
            && _backend.Until <= now
            && (!_refused.TryGetValue(connectionClass, out var refused) || refused.Until <= now);
    }

    /// <summary>A connect begins.</summary>
    public void Began()
    {
        _tokens--;
        _underWay++;
    }

    /// <summary>A connect ended.</summary>
    public void Ended(ConnectionClass connectionClass, ConnectFailureKind? failure)
    {
        _underWay--;
        if (failure is null or ConnectFailureKind.AccessDenied)
        {
            _backend = default;
        }
        else
        {
            _backend = Later(_backend);
        }

        if (failure is ConnectFailureKind.AccessDenied)
        {
            _refused[connectionClass] = Later(_refused.GetValueOrDefault(connectionClass));
        }
        else if (failure is null)
        {
            _refused.Remove(connectionClass);
        }
    }

    /// <summary>
    /// 100 ms, doubling up to 5 s; between half and all of it, so that the nodes of a cluster do not come back as one.
    /// </summary>
    private Backoff Later(Backoff last)
    {
        var delay = Math.Min(5_000, 100L << Math.Min(last.Failures, 6));
        return new Backoff(last.Failures + 1, clock.Now + (long)(delay * (0.5 + (jitter.NextDouble() / 2))));
    }

    private readonly record struct Backoff(int Failures, long Until);
}
