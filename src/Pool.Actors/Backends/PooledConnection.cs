using Pool.Actors.Cluster.Membership;
using Pool.Actors.Pooling;
using Pool.Actors.Settings;

namespace Pool.Actors.Backends;

/// <summary>
/// What the pool needs to know of a backend connection. All but <see cref="CheckLimits"/> is called only by whoever owns the
/// connection's slot (see the ownership word in Pooling), so nothing here needs a lock.
/// </summary>
public abstract class PooledConnection
{
    private long _lentTo;
    private bool _isOffered;

    /// <summary>What the handshake fixed.</summary>
    public abstract ConnectionClass Class { get; }

    /// <summary>What is painted on it now; <see cref="Fingerprint.None"/> if not known.</summary>
    public Fingerprint Fingerprint { get; protected set; } = Fingerprint.None;

    /// <summary>The server's id of the connection's thread, as its process list shows it.</summary>
    public abstract ulong ThreadId { get; }

    /// <summary>Where a connection that another node has lent goes back to; null for one of this node's own, which has a <see cref="Slot"/>.</summary>
    public IConnectionHome? Home { get; init; }

    /// <summary>The right by which it was opened; set by whoever opens it, null where nobody has to know.</summary>
    public IConnectPermit? Permit { get; set; }

    /// <summary>The connection's slot in its pool; set by the pool alone.</summary>
    public int Slot { get; set; } = -1;

    /// <summary>In whose quota the connection has a place, from its lease until nothing of the session is left on it; null for none.</summary>
    internal UserQuota? Quota { get; set; }

    /// <summary>Those who need the same as the waiter that it was last given to in line; null for nobody. Written under the line's gate only.</summary>
    internal FingerprintQueue? Kind { get; set; }

    /// <summary>When it was given to that waiter, by the pool's exact clock; 0 once it came back. The owner's.</summary>
    internal long GivenAt { get; set; }

    /// <summary>The node that it was lent to, until that has given it back in order or the server has ended it. For any thread.</summary>
    internal Incarnation? LentTo
    {
        get => Volatile.Read(ref _lentTo) is var to && to == 0 ? null : new Incarnation(to);
        set => Volatile.Write(ref _lentTo, value?.Value ?? 0);
    }

    /// <summary>Its session holds it for convenience alone: see <see cref="Offers"/>, which alone changes it. For any thread.</summary>
    internal bool IsOffered => Volatile.Read(ref _isOffered);

    /// <summary>When it was opened or borrowed, or a little later, by the pool's exact clock; set by the pool alone.</summary>
    public long OpenedAt { get; set; }

    /// <summary>The pool generation that the connection was opened under; set by the pool alone.</summary>
    public int Generation { get; set; }

    /// <summary>
    /// True if the connection, which is idle, must not be used: the server closed it or said something unasked (MySQL sends
    /// error 4031 before it closes an idle connection). One system call, no waiting.
    /// </summary>
    public abstract bool IsStale();

    /// <summary>
    /// Brings a connection back to the baseline after a session left state on it (COM_RESET_CONNECTION and what it does not
    /// undo). False: the connection is broken and must be discarded; so it is if it was cancelled.
    /// </summary>
    public abstract ValueTask<bool> ResetAsync(CancellationToken cancel = default);

    /// <summary>Runs one statement of the pool's own and answers how it went. Used on control connections.</summary>
    public abstract ValueTask<QueryResult> QueryAsync(string sql, CancellationToken cancel);

    /// <summary>
    /// Ends the connection: COM_QUIT if it is between statements, then waits until the server has closed its side, at most
    /// for <paramref name="patience"/>. True: the server closed it, so its place is free. False: not seen; the caller makes
    /// sure at the server (KILL, process list).
    /// </summary>
    public abstract ValueTask<bool> CloseAsync(TimeSpan patience);

    /// <summary>
    /// Called by the janitor for every leased connection, about four times a second, from any thread: enforces the limits on
    /// held leases (idle in transaction, idle while pinned, query time, unread replies). Must not block or throw.
    /// </summary>
    /// <param name="now">A <see cref="TimeProvider.GetTimestamp"/> of the pool's clock.</param>
    public abstract void CheckLimits(long now);

    /// <summary>
    /// Has the session that holds the connection for convenience alone give it back, if it can and somebody waits whom that serves; it takes a moment. From
    /// any thread; must not block or throw.
    /// </summary>
    internal virtual bool TryRecall() => false;

    internal bool ExchangeOffered(bool isOffered) => Interlocked.Exchange(ref _isOffered, isOffered);
}
