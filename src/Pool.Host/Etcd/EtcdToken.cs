namespace Pool.Host.Etcd;

/// <summary>What proves to etcd who calls. All calls of a node share it. Thread-safe.</summary>
internal sealed class EtcdToken
{
    private volatile string? _current;

    /// <summary>The token; null before the first login, and where none is needed.</summary>
    public string? Current
    {
        get => _current;
        set => _current = value;
    }
}
