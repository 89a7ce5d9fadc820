using System.Text.Json.Serialization;

namespace Pool.Host.Admin;

/// <summary>How views are written as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(IEnumerable<SessionView>))]
[JsonSerializable(typeof(IEnumerable<PoolView>))]
internal sealed partial class AdminJson : JsonSerializerContext;
