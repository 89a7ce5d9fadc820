using System.Text.Json.Serialization;

namespace Pool.Host.Etcd;

/// <summary>How the messages are written and read.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(RangeRequest))]
[JsonSerializable(typeof(RangeAnswer))]
[JsonSerializable(typeof(TxnRequest))]
[JsonSerializable(typeof(TxnAnswer))]
[JsonSerializable(typeof(GrantRequest))]
[JsonSerializable(typeof(LeaseRequest))]
[JsonSerializable(typeof(LeaseAnswer))]
[JsonSerializable(typeof(KeepAliveMessage))]
[JsonSerializable(typeof(WatchRequest))]
[JsonSerializable(typeof(WatchMessage))]
[JsonSerializable(typeof(AuthenticateRequest))]
[JsonSerializable(typeof(AuthenticateAnswer))]
[JsonSerializable(typeof(IgnoredAnswer))]
[JsonSerializable(typeof(ErrorAnswer))]
internal sealed partial class EtcdJson : JsonSerializerContext;
