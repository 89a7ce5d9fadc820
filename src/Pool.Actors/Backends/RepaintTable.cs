using System.Collections.Concurrent;
using Pool.Actors.Settings;

namespace Pool.Actors.Backends;

/// <summary>The repaints of one backend that have been computed: a pair of settings needs its commands only once. Bounded. Thread-safe.</summary>
public sealed class RepaintTable
{
    private const int Capacity = 4096;
    private readonly ConcurrentDictionary<(SessionSettings, SessionSettings), Repaint> _repaints = new();

    /// <summary>The repaint from one set of settings to another.</summary>
    public Repaint Between(SessionSettings has, SessionSettings needs)
    {
        if (_repaints.TryGetValue((has, needs), out var known))
        {
            return known;
        }

        if (_repaints.Count >= Capacity)
        {
            _repaints.Clear();
        }

        return _repaints.GetOrAdd((has, needs), static pair => Repaint.Between(pair.Item1, pair.Item2));
    }
}
