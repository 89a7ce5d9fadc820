namespace Pool.Host.Configuration;

/// <summary>Where a secret is found: exactly one of the two. Holds no secret itself.</summary>
public sealed record SecretReference
{
    /// <summary>The environment variable that holds it.</summary>
    [Reloadable]
    public string? Environment { get; init; }

    /// <summary>The file that holds it; one line break at its end does not belong to it.</summary>
    [Reloadable]
    public string? File { get; init; }
}
