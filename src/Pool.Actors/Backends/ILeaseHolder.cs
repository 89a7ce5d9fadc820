namespace Pool.Actors.Backends;

/// <summary>Whoever has leased a connection, as the connection's limits see it.</summary>
public interface ILeaseHolder
{
    /// <summary>Enforces the limits on a held lease. Called by the janitor from any thread; must not block or throw.</summary>
    void CheckLease(BackendConnection connection, long now);
}
