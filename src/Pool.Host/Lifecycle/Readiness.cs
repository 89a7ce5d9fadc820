using System.Collections.Concurrent;

namespace Pool.Host.Lifecycle;

/// <summary>
/// Whether new clients should be sent here: the cluster has been joined, every backend has been reached and checked once, and the process
/// is not ending. A backend, or a coordination store, that is lost later changes nothing, since the other nodes have lost it, too. Thread-safe.
/// </summary>
/// <param name="drain">How the process ends.</param>
/// <param name="backends">The backends' names.</param>
/// <param name="joining">What keeps the node from joining its cluster; null once it has.</param>
public sealed class Readiness(Drain drain, IEnumerable<string> backends, Func<string?> joining)
{
    private volatile bool _isHeld;

    private readonly ConcurrentDictionary<string, bool> _unchecked =
        new(backends.Select(name => KeyValuePair.Create(name, true)), StringComparer.Ordinal);

    /// <summary>True if new clients should be sent here.</summary>
    public bool IsReady => drain.State == DrainState.Running && !_isHeld && _unchecked.IsEmpty && joining() is null;

    /// <summary>An operator wants new clients to go elsewhere, though the process is not ending.</summary>
    public bool IsHeld
    {
        get => _isHeld;
        set => _isHeld = value;
    }

    /// <summary>A backend has been reached and is what the configuration says.</summary>
    public void BackendChecked(string name) => _unchecked.TryRemove(name, out _);

    /// <summary>One line for whoever asks.</summary>
    public string Describe() => drain.State switch
    {
        DrainState.Running when _isHeld => "draining",
        DrainState.Running when joining() is { } obstacle => obstacle,
        DrainState.Running when _unchecked.IsEmpty => "ready",
        DrainState.Running => "waiting for backends: " + string.Join(", ", _unchecked.Keys.Order(StringComparer.Ordinal)),
        DrainState.Draining => "draining",
        _ => "stopped",
    };
}
