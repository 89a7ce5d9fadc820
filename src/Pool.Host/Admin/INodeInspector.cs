using Pool.Actors.Pooling;

namespace Pool.Host.Admin;

/// <summary>Shows operators what the node is doing. Thread-safe; nothing it answers needs to be of one moment.</summary>
public interface INodeInspector
{
    /// <summary>The sessions that are open, one after the other as the caller asks for them.</summary>
    IEnumerable<SessionView> Sessions();

    /// <summary>The pools.</summary>
    IEnumerable<PoolView> Pools();
}

/// <summary>A session as operators see it. Holds no literal of any statement, which is people's data.</summary>
/// <param name="Id">The connection id that its client was told.</param>
/// <param name="User">The user that logged in.</param>
/// <param name="Client">The client's address.</param>
/// <param name="Listener">The listener it came by.</param>
/// <param name="Backend">The backend that serves it.</param>
/// <param name="Database">Its current database; null for none.</param>
/// <param name="State">What it is doing: idle, waiting, running, in transaction, ...</param>
/// <param name="Pinned">Why it holds a connection for itself; null if it does not.</param>
/// <param name="PinnedBy">The statement with which that began, without its literals; null if no statement explains it.</param>
/// <param name="PinnedSince">When that began; null if it does not.</param>
/// <param name="Statement">The kind of its latest statement; null if there was none.</param>
/// <param name="Since">When its state began.</param>
public sealed record SessionView(
    uint Id, string User, string Client, string Listener, string Backend, string? Database,
    string State, string? Pinned, string? PinnedBy, DateTimeOffset? PinnedSince, string? Statement, DateTimeOffset Since);

/// <summary>A pool as operators see it.</summary>
/// <param name="Backend">The backend's name.</param>
/// <param name="Address">Where it is: host and port.</param>
/// <param name="Flavour">What the server is and its version; null before it was reached.</param>
/// <param name="Snapshot">What the pool holds.</param>
public sealed record PoolView(string Backend, string Address, string? Flavour, PoolSnapshot Snapshot);
