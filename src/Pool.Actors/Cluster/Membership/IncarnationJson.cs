using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pool.Actors.Cluster.Membership;

/// <summary>Writes an <see cref="Incarnation"/> as a string.</summary>
public sealed class IncarnationJson : JsonConverter<Incarnation>
{
    /// <inheritdoc/>
    public override Incarnation Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Incarnation.TryParse(reader.GetString(), out var incarnation)
            ? incarnation
            : throw new JsonException("an incarnation is a hexadecimal number in a string");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Incarnation value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
