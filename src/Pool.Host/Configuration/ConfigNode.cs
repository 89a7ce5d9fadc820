using System.Text.Json;

namespace Pool.Host.Configuration;

/// <summary>
/// A node of the configuration while its sources are merged: nothing, a text, or named or numbered children. Types come later,
/// since the environment and the command line know only texts.
/// </summary>
internal sealed class ConfigNode
{
    private OrderedDictionary<string, ConfigNode>? _children;

    /// <summary>The text of a scalar; null if there is none.</summary>
    public string? Text { get; private set; }

    /// <summary>True for what is neither null nor a scalar.</summary>
    public bool HasChildren => _children is not null;

    /// <summary>True for an explicit null.</summary>
    public bool IsNull => Text is null && _children is null;

    /// <summary>The children by key (case-insensitive); a list's keys are "0", "1", ...</summary>
    public IEnumerable<KeyValuePair<string, ConfigNode>> Children => _children ?? [];

    /// <summary>The tree of a JSON document; what cannot be told apart by key is a problem.</summary>
    public static ConfigNode From(JsonElement element, string path, List<ConfigProblem> problems)
    {
        var node = new ConfigNode();
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                node._children = NewChildren();
                foreach (var property in element.EnumerateObject())
                {
                    var at = ConfigPath.Key(path, property.Name);
                    if (!node._children.TryAdd(property.Name, From(property.Value, at, problems)))
                    {
                        problems.Add(new ConfigProblem(at, null, "is given twice (keys are case-insensitive)"));
                    }
                }

                break;
            case JsonValueKind.Array:
                node._children = NewChildren();
                foreach (var entry in element.EnumerateArray())
                {
                    var index = ConfigPath.Index(node._children.Count);
                    node._children.Add(index, From(entry, ConfigPath.Key(path, index), problems));
                }

                break;
            case JsonValueKind.Null:
                break;
            default:
                node.Text = element.ToString();
                break;
        }

        return node;
    }

    /// <summary>Takes a child away, if it is there.</summary>
    public void Remove(string key) => _children?.Remove(key);

    /// <summary>Lays a text over the tree at the path; whatever was in its way is replaced.</summary>
    public void Overlay(ReadOnlySpan<string> path, string text)
    {
        if (path.IsEmpty)
        {
            _children = null;
            Text = text;
            return;
        }

        Text = null;
        _children ??= NewChildren();
        if (!_children.TryGetValue(path[0], out var child))
        {
            child = new ConfigNode();
            _children.Add(path[0], child);
        }

        child.Overlay(path[1..], text);
    }

    private static OrderedDictionary<string, ConfigNode> NewChildren() => new(StringComparer.OrdinalIgnoreCase);
}
