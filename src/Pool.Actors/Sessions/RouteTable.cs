using Pool.Actors.Backends;

namespace Pool.Actors.Sessions;

/// <summary>One line of the routing: who leads where. A null matches everything.</summary>
/// <param name="Listener">The listener that the client came in through.</param>
/// <param name="User">The client user.</param>
/// <param name="Database">The database that the client named at its login.</param>
/// <param name="Account">The account that its statements run as.</param>
/// <param name="Backend">The account's backend.</param>
public sealed record RouteRule(string? Listener, string? User, string? Database, string Account, Backend Backend);

/// <summary>The routing of a node. Immutable; replaced as a whole on reload.</summary>
public sealed class RouteTable(IReadOnlyList<RouteRule> rules)
{
    /// <summary>The first rule that matches, or null.</summary>
    public RouteRule? Find(string listener, string user, string? database)
    {
        foreach (var rule in rules)
        {
            if ((rule.Listener is null || rule.Listener == listener)
                && (rule.User is null || rule.User == user)
                && (rule.Database is null || rule.Database == database))
            {
                return rule;
            }
        }

        return null;
    }
}
