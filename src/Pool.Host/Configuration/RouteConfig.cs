namespace Pool.Host.Configuration;

/// <summary>A rule that sends clients to an account. The first that matches wins.</summary>
public sealed record RouteConfig
{
    /// <summary>What stands for any listener, user or database.</summary>
    public const string Any = "*";

    /// <summary>The listener, or "*".</summary>
    [Reloadable]
    public string Listener { get; init; } = Any;

    /// <summary>The user that logged in, or "*".</summary>
    [Reloadable]
    public string User { get; init; } = Any;

    /// <summary>The database named at login, or "*", which also matches none.</summary>
    [Reloadable]
    public string Database { get; init; } = Any;

    /// <summary>The account that serves them.</summary>
    [Reloadable]
    public required string Account { get; init; }
}
