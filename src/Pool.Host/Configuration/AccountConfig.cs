namespace Pool.Host.Configuration;

/// <summary>Whom connections to a backend are authenticated as.</summary>
public sealed record AccountConfig
{
    /// <summary>What routes, logs and metrics call it.</summary>
    public required string Name { get; init; }

    /// <summary>The backend.</summary>
    public required string Backend { get; init; }

    /// <summary>The user on the backend.</summary>
    public required string User { get; init; }

    /// <summary>Where the password is found; null for none, which must be said.</summary>
    [Reloadable]
    public required SecretReference? Password { get; init; }
}
