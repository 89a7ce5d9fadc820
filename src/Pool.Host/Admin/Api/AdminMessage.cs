using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Pool.Actors.Cluster.Membership;

namespace Pool.Host.Admin.Api;

/// <summary>Requests and replies as nodes send them to each other: UTF-8 JSON.</summary>
internal static partial class AdminMessage
{
    public static byte[] Write(AdminRequest request) => JsonSerializer.SerializeToUtf8Bytes(
        new RequestMessage(ClusterProtocol.Current, request.Method, request.Path, request.Arguments), Shapes.Default.RequestMessage);

    public static byte[] Write(AdminReply reply) => JsonSerializer.SerializeToUtf8Bytes(
        new ReplyMessage(ClusterProtocol.Current, reply.Status, reply.Body), Shapes.Default.ReplyMessage);

    /// <summary>Null if it is no request.</summary>
    public static AdminRequest? ReadRequest(ReadOnlySpan<byte> bytes) =>
        Read(bytes, Shapes.Default.RequestMessage) is { V: >= ClusterProtocol.Oldest } read ? new AdminRequest(read.Method, read.Path, read.Arguments) : null;

    /// <summary>Null if it is no reply.</summary>
    public static AdminReply? ReadReply(ReadOnlySpan<byte> bytes) =>
        Read(bytes, Shapes.Default.ReplyMessage) is { V: >= ClusterProtocol.Oldest } read ? new AdminReply(read.Status, read.Body) : null;

    private static T? Read<T>(ReadOnlySpan<byte> bytes, JsonTypeInfo<T> shape)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, shape);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record RequestMessage(int V, string Method, string Path, IReadOnlyDictionary<string, string> Arguments);

    private sealed record ReplyMessage(int V, int Status, JsonObject Body);

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
    [JsonSerializable(typeof(RequestMessage))]
    [JsonSerializable(typeof(ReplyMessage))]
    private sealed partial class Shapes : JsonSerializerContext;
}
