using Pool.Actors.Backends;

namespace Pool.Host.Admin;

/// <summary>A backend of this node.</summary>
/// <param name="Backend">The backend.</param>
/// <param name="Address">Says where it is now: host and port.</param>
/// <param name="Resize">Changes the most connections that this node may have to it.</param>
public sealed record ServedBackend(Backend Backend, Func<string> Address, Action<int> Resize)
{
    /// <summary>What an operator has limited its share to; null if nobody has, or there are no shares.</summary>
    public Func<int?> Limit { get; init; } = static () => null;
}
