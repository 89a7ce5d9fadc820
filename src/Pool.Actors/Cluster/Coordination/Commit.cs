namespace Pool.Actors.Cluster.Coordination;

/// <summary>
/// Changes that are made together, or not at all. A key is changed once at most. Built by one thread, then only read.
/// </summary>
public sealed class Commit
{
    private readonly List<(string Key, long ModRevision)> _expected = [];
    private readonly List<(string Key, ReadOnlyMemory<byte> Value, long LeaseId)> _puts = [];
    private readonly List<string> _deletes = [];

    /// <summary>What must be so: the key's mod revision, 0 where there must be no such entry.</summary>
    public IReadOnlyList<(string Key, long ModRevision)> Expected => _expected;

    /// <summary>What is written, under a lease or, with 0, to stay.</summary>
    public IReadOnlyList<(string Key, ReadOnlyMemory<byte> Value, long LeaseId)> Puts => _puts;

    /// <summary>What is taken away.</summary>
    public IReadOnlyList<string> Deletes => _deletes;

    /// <summary>Makes the commit depend on an entry being as it was read; with 0, on there being none.</summary>
    public Commit Expect(string key, long modRevision)
    {
        _expected.Add((key, modRevision));
        return this;
    }

    /// <summary>Writes an entry.</summary>
    public Commit Put(string key, ReadOnlyMemory<byte> value, long leaseId = 0)
    {
        ChangeOnce(key);
        _puts.Add((key, value, leaseId));
        return this;
    }

    /// <summary>Takes an entry away, if there is one.</summary>
    public Commit Delete(string key)
    {
        ChangeOnce(key);
        _deletes.Add(key);
        return this;
    }

    // Stores refuse it: the order of the changes would have no meaning.
    private void ChangeOnce(string key)
    {
        if (_deletes.Contains(key) || _puts.Exists(p => p.Key == key))
        {
            throw new ArgumentException($"{key} is changed already", nameof(key));
        }
    }
}

/// <summary>How a commit ended.</summary>
public enum CommitResult
{
    /// <summary>All changes were made.</summary>
    Done,

    /// <summary>Something was not as expected, or the lease of a put is gone; nothing was changed.</summary>
    Conflict,

    /// <summary>The store could not be reached, and nothing was changed.</summary>
    Unavailable,

    /// <summary>The answer did not come: the changes were made, or not.</summary>
    Unknown,
}
