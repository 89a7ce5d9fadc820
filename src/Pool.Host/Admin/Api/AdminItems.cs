using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Pool.Host.Admin.Api;

/// <summary>What one node has to say to a request.</summary>
/// <param name="Items">What was found, or was done to, one after the other.</param>
/// <param name="HasMore">There were more than was asked for.</param>
public sealed record AdminItems(IReadOnlyList<JsonObject> Items, bool HasMore = false)
{
    /// <summary>How many are answered if no limit is given.</summary>
    public const int Usual = 1_000;

    /// <summary>The highest limit.</summary>
    public const int Most = 10_000;

    /// <summary>The first views, as many as are wanted at most.</summary>
    public static AdminItems Of<T>(IEnumerable<T> views, JsonTypeInfo<T> shape, int limit = Most)
    {
        var items = views.Take(limit + 1).Select(v => JsonSerializer.SerializeToNode(v, shape)!.AsObject()).ToList();
        return items.Count > limit ? new AdminItems(items[..limit], HasMore: true) : new AdminItems(items);
    }
}
