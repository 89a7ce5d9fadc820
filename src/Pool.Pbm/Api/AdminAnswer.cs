using System.Text.Json;
using Pool.Pbm.Output;

namespace Pool.Pbm.Api;

/// <summary>What a node answered for its cluster.</summary>
/// <param name="Text">The answer as it came.</param>
/// <param name="Cluster">The cluster's name.</param>
/// <param name="Items">What was found, or was done to.</param>
/// <param name="Unreachable">Nodes that could not be reached: node and reason.</param>
/// <param name="Failed">Nodes that refused, or failed: node, detail and remedy.</param>
/// <param name="HasMore">There are more items than were asked for.</param>
/// <param name="Next">What the next part of the list comes after; null if it cannot go on.</param>
internal sealed record AdminAnswer(
    string Text, string? Cluster, IReadOnlyList<JsonElement> Items, IReadOnlyList<JsonElement> Unreachable, IReadOnlyList<JsonElement> Failed, bool HasMore, string? Next)
{
    /// <summary>Reads an answer; throws <see cref="JsonException"/> if it is none.</summary>
    public static AdminAnswer Parse(string text)
    {
        using var document = JsonDocument.Parse(text);
        var root = document.RootElement.Clone();
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("the answer is no object");
        }

        return new AdminAnswer(
            text, root.Text("cluster"), List(root, "items"), List(root, "unreachable"), List(root, "failed"),
            root.TryGetProperty("hasMore", out var more) && more.ValueKind == JsonValueKind.True, root.Text("next"));
    }

    private static IReadOnlyList<JsonElement> List(JsonElement root, string name) =>
        root.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()] : [];
}
