using System.Collections.Concurrent;

namespace Pool.Host.Lifecycle;

/// <summary>
/// Whether new clients should be sent here: every backend has been reached and checked once, and the process is not ending. A
/// backend that is lost later changes nothing, since the other nodes have lost it, too. Thread-safe.
/// </summary>
public sealed class Readiness(Drain drain, IEnumerable<string> backends)
{
    private readonly ConcurrentDictionary<string, bool> _unchecked =
        new(backends.Select(name => KeyValuePair.Create(name, true)), StringComparer.Ordinal);

    /// <summary>True if new clients should be sent here.</summary>
    public bool IsReady => drain.State == DrainState.Running && _unchecked.IsEmpty;

    /// <summary>A backend has been reached and is what the configuration says.</summary>
    public void BackendChecked(string name) => _unchecked.TryRemove(name, out _);

    /// <summary>One line for whoever asks.</summary>
    public string Describe() => drain.State switch
    {
        DrainState.Running when _unchecked.IsEmpty => "ready",
        DrainState.Running => "waiting for backends: " + string.Join(", ", _unchecked.Keys.Order(StringComparer.Ordinal)),
        DrainState.Draining => "draining",
        _ => "stopped",
    };
}
