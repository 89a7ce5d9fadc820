using System.Text.Json;

namespace Pool.Pbm.Output;

/// <summary>Reads properties of what a node answered; another release's may lack some.</summary>
internal static class JsonText
{
    /// <summary>A property as text; null if it is not there or null.</summary>
    public static string? Text(this JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) ? value.ValueKind switch
        {
            JsonValueKind.Null or JsonValueKind.Undefined => null,
            JsonValueKind.String => value.GetString(),
            _ => value.GetRawText(),
        }
        : null;

    /// <summary>A property as a number; null if it is none.</summary>
    public static double? Number(this JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}
