using System.ComponentModel.DataAnnotations;
using Pool.Actors.Pooling;

namespace Pool.Host.Configuration;

/// <summary>A user that may log in to the pool.</summary>
public sealed record UserConfig
{
    /// <summary>The name to log in with.</summary>
    public required string Name { get; init; }

    /// <summary>Where the password is found; null for none, which must be said. Left out where there is a Verifier.</summary>
    [Reloadable, RequiredUnless(nameof(Verifier))]
    public SecretReference? Password { get; init; }

    /// <summary>Hashes instead of the password, as the server keeps them.</summary>
    [Reloadable]
    public VerifierConfig? Verifier { get; init; }

    /// <summary>Refuses the user on connections that are not encrypted. Off by default, as on a server.</summary>
    [Reloadable]
    public bool RequireTls { get; init; }

    /// <summary>The user's sessions at once, on each node; 0: no limit but the listener's, which is the default.</summary>
    [Reloadable, Range(0, 4_000_000)]
    public int MaxSessions { get; init; }

    /// <summary>
    /// The most connections of one backend that the user's sessions may hold at once, whether in a statement, in a transaction or pinned; further
    /// statements wait, and no other user does. 0: no limit but the backend's, which is the default. In a cluster: on all nodes together, the
    /// same on each, not reloadable. A user who had no limit has one from its next login on.
    /// </summary>
    [Reloadable, Range(0, PoolOptions.MostConnections)]
    public int MaxConnections { get; init; }

    /// <summary>May KILL sessions of other users, as CONNECTION_ADMIN on a server.</summary>
    [Reloadable]
    public bool CanKillOthers { get; init; }
}
