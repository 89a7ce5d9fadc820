using System.Text.Json.Nodes;

namespace Pool.Host.Admin.Api;

/// <summary>One thing that can be asked for.</summary>
/// <param name="Method">GET for what only looks, POST for what changes something.</param>
/// <param name="Path">Its path; a part in braces is a parameter.</param>
/// <param name="Reach">Which nodes are asked.</param>
/// <param name="Arguments">The arguments that it knows, besides the parameters in its path; any other is refused.</param>
/// <param name="Answer">What one node answers. Throws <see cref="AdminRefusedException"/> if it does not serve the request.</param>
public sealed record AdminRoute(
    string Method, string Path, AdminReach Reach, string[] Arguments, Func<AdminArguments, CancellationToken, ValueTask<AdminItems>> Answer)
{
    private readonly string[] _parts = Path.Split('/');

    /// <summary>How the items of several nodes become one list; one after the other unless something else is said.</summary>
    public Func<IEnumerable<JsonObject>, IEnumerable<JsonObject>> Merge { get; init; } = static items => items;

    /// <summary>The item's property that a list goes on after, where there are more than was asked for; null if it does not go on.</summary>
    public string? Continues { get; init; }

    /// <summary>Something to look at.</summary>
    public static AdminRoute Get(string path, AdminReach reach, string[] arguments, Func<AdminArguments, AdminItems> answer) =>
        new("GET", path, reach, arguments, (given, _) => ValueTask.FromResult(answer(given)));

    /// <summary>Something to do.</summary>
    public static AdminRoute Post(
        string path, AdminReach reach, string[] arguments, Func<AdminArguments, CancellationToken, ValueTask<AdminItems>> answer) =>
        new("POST", path, reach, arguments, answer);

    /// <summary>The parameters in a path; null if it is not this route's.</summary>
    public Dictionary<string, string>? Match(string path)
    {
        var parts = path.Split('/');
        if (parts.Length != _parts.Length)
        {
            return null;
        }

        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (expected, part) in _parts.Zip(parts))
        {
            if (expected is ['{', .. var name, '}'] && part.Length > 0)
            {
                found[name] = Uri.UnescapeDataString(part);
            }
            else if (expected != part)
            {
                return null;
            }
        }

        return found;
    }
}

/// <summary>Which nodes a request is about.</summary>
public enum AdminReach
{
    /// <summary>All members of the cluster, or the one that the argument "node" names.</summary>
    Members,

    /// <summary>The member that the argument "node" names, or the node that is asked.</summary>
    OneMember,

    /// <summary>The member that owns the session of the parameter "id".</summary>
    SessionOwner,
}
