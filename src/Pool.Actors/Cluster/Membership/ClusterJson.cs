using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Pool.Actors.Cluster.Coordination;

namespace Pool.Actors.Cluster.Membership;

/// <summary>How the records of the membership are written and read. What a newer release has added is ignored.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(MemberRecord))]
[JsonSerializable(typeof(SlotRecord))]
[JsonSerializable(typeof(SettingsRecord))]
internal sealed partial class ClusterJson : JsonSerializerContext
{
    /// <summary>Reads a record; null if it is none, or of a version that is no longer read.</summary>
    public static T? Read<T>(CoordinationEntry entry, JsonTypeInfo<T> type, Func<T, int> version)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(entry.Value.Span, type) is { } record && version(record) >= ClusterProtocol.Oldest ? record : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
