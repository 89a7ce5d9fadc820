using Pool.Wire.Auth;
using Pool.Wire.Handshake;

namespace Pool.Actors.Sessions.Login;

/// <summary>What all logins on one listener have in common. Immutable.</summary>
public sealed record LoginContext
{
    /// <summary>The version that the greeting tells; drivers choose features by it.</summary>
    public required string ServerVersion { get; init; }

    /// <summary>
    /// What is offered; <see cref="Capabilities.Ssl"/> is offered if there is <see cref="Tls"/>, whatever this says.
    /// </summary>
    public required Capabilities Offered { get; init; }

    /// <summary>The method that the greeting names.</summary>
    public required AuthMethod DefaultMethod { get; init; }

    /// <summary>The server's collation, as the greeting tells it.</summary>
    public required byte CollationId { get; init; }

    /// <summary>The users.</summary>
    public required IUserDirectory Users { get; init; }

    /// <summary>Where TLS comes from; null if it is not offered.</summary>
    public ITlsUpgrade? Tls { get; init; }

    /// <summary>Protects passwords on plain connections.</summary>
    public required PasswordKey Key { get; init; }

    /// <summary>Slows guessing down; shared by all listeners.</summary>
    public required LoginThrottle Throttle { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }
}
