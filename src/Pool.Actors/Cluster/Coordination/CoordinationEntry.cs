namespace Pool.Actors.Cluster.Coordination;

/// <summary>One entry of the store.</summary>
/// <param name="Key">Its whole key.</param>
/// <param name="Value">Its value, UTF-8 JSON by convention.</param>
/// <param name="CreateRevision">The store's revision that created it; tells an entry from another that had the key before.</param>
/// <param name="ModRevision">The store's revision that changed it last: what <see cref="Commit.Expect"/> compares. Never 0.</param>
/// <param name="LeaseId">The lease that it goes with; 0 for none.</param>
public sealed record CoordinationEntry(string Key, ReadOnlyMemory<byte> Value, long CreateRevision, long ModRevision, long LeaseId);
