using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Pool.Actors.Cluster.Coordination;
using Pool.Actors.Cluster.Membership;

namespace Pool.Actors.Cluster.Shares;

/// <summary>How the records of the shares are written and read. What a newer release has added is ignored.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ShareLedger))]
[JsonSerializable(typeof(ThreadBatch))]
[JsonSerializable(typeof(ClearedLives))]
internal sealed partial class ShareJson : JsonSerializerContext
{
    /// <summary>Reads a ledger; null if it is none that can be believed.</summary>
    public static ShareLedger? ReadLedger(CoordinationEntry entry) =>
        Read(entry, Default.ShareLedger) is { V: >= ClusterProtocol.Oldest, IsSound: true } ledger ? ledger : null;

    /// <summary>Reads threads; null if it is no record of them.</summary>
    public static ThreadBatch? ReadThreads(CoordinationEntry entry) =>
        Read(entry, Default.ThreadBatch) is { V: >= ClusterProtocol.Oldest, Ids.IsDefault: false } batch ? batch : null;

    /// <summary>Reads of whom a holder is clear; null if it is no record of that.</summary>
    public static ClearedLives? ReadCleared(CoordinationEntry entry) =>
        Read(entry, Default.ClearedLives) is { V: >= ClusterProtocol.Oldest, Lost.IsDefault: false } cleared ? cleared : null;

    private static T? Read<T>(CoordinationEntry entry, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(entry.Value.Span, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
