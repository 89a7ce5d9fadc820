using System.Collections.Concurrent;

namespace Pool.Actors.Telemetry;

/// <summary>
/// Counters of one metric by the value of one label (a pin's reason, an error's name). For what is counted off the hot path,
/// with label values that the program knows: never with what a peer sent.
/// </summary>
public sealed class CounterSet(string label)
{
    private readonly ConcurrentDictionary<string, Counter> _counters = new(StringComparer.Ordinal);

    /// <summary>The label's name.</summary>
    public string Label { get; } = label;

    /// <summary>The values so far.</summary>
    public IEnumerable<KeyValuePair<string, long>> Values => _counters.Select(c => KeyValuePair.Create(c.Key, c.Value.Value));

    /// <summary>The counter of one label value.</summary>
    public Counter this[string value] => _counters.GetOrAdd(value, static _ => new Counter());
}
