namespace Pool.Actors.Backends;

/// <summary>Whoever has leased a connection, as the connection's limits see it.</summary>
public interface ILeaseHolder
{
    /// <summary>Enforces the limits on a held lease. Called by the janitor from any thread; must not block or throw.</summary>
    void CheckLease(BackendConnection connection, long now);

    /// <summary>
    /// Gives back what is held for convenience alone, if the holder can do without it now and somebody waits whom that serves; false if not. From any
    /// thread; must not block or throw.
    /// </summary>
    bool TryGiveBack();
}
