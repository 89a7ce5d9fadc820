using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Pool.Host.Admin.Views;

namespace Pool.Host.Admin;

/// <summary>How views are written as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(IEnumerable<SessionView>))]
[JsonSerializable(typeof(IEnumerable<PoolView>))]
[JsonSerializable(typeof(MemberView))]
[JsonSerializable(typeof(NodeView))]
[JsonSerializable(typeof(SlotView))]
[JsonSerializable(typeof(PoolStatus))]
[JsonSerializable(typeof(PooledView))]
[JsonSerializable(typeof(LeaseView))]
[JsonSerializable(typeof(SettingsView))]
[JsonSerializable(typeof(PinView))]
[JsonSerializable(typeof(BackendView))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class AdminJson : JsonSerializerContext;
