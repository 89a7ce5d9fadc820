using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pool.Actors.Cluster.Membership;

/// <summary>
/// Writes a <see cref="MemberRole"/> as its name. A role that only a newer release knows is read as <see cref="MemberRole.Draining"/>: the
/// member is there, and nothing new should be asked of it.
/// </summary>
public sealed class MemberRoleJson : JsonConverter<MemberRole>
{
    /// <inheritdoc/>
    public override MemberRole Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Enum.TryParse<MemberRole>(reader.GetString(), out var role) && Enum.IsDefined(role)
            ? role
            : MemberRole.Draining;

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, MemberRole value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
