using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pool.Host.Configuration;

namespace Pool.Host.Tests.Generated;

/// <summary>Writes the JSON schema of pool.json (draft 2020-12), for editors.</summary>
internal static class SchemaGenerator
{
    private static readonly JsonSerializerOptions s_indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Generate()
    {
        var schema = Section(typeof(PoolConfig));
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema["properties"]!.AsObject().Insert(0, "$schema", new JsonObject { ["type"] = "string" });
        return schema.ToJsonString(s_indented) + "\n";
    }

    private static JsonObject Section(Type section, ConfigOption? outer = null)
    {
        var options = ConfigOption.Of(section);
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["description"] = OptionText.Summary(section),
            ["additionalProperties"] = false,
            ["properties"] = new JsonObject(options.Select(o => KeyValuePair.Create(o.Name, (JsonNode?)Option(section, o, outer)))),
        };
        if (options.Any(o => o.IsRequired))
        {
            schema["required"] = new JsonArray([.. options.Where(o => o.IsRequired).Select(o => JsonValue.Create(o.Name))]);
        }

        return schema;
    }

    private static JsonObject Option(Type section, ConfigOption option, ConfigOption? outer)
    {
        var value = option.EntryType is { } entryType
            ? new JsonObject { ["type"] = "array", ["items"] = Value(option, entryType) }
            : Value(option, option.Type);
        if (option.MinLength > 0)
        {
            value["minItems"] = option.MinLength;
        }

        var schema = option.AllowsNull ? new JsonObject { ["anyOf"] = new JsonArray(value, new JsonObject { ["type"] = "null" }) } : value;
        schema["description"] = OptionText.Summary(section, option) + (option.IsReloadableIn(outer) ? " Reloadable." : "");
        if (!ConfigOption.IsSection(option.Type) && OptionText.Default(section, option) is { } text)
        {
            schema["default"] = option.Type == typeof(string) && text != "null" || option.Type.IsEnum || option.Type == typeof(TimeSpan) || option.Type == typeof(IPAddress)
                ? JsonValue.Create(text)
                : JsonNode.Parse(text);
        }

        return schema;
    }

    private static JsonObject Value(ConfigOption option, Type type) => type switch
    {
        _ when ConfigOption.IsSection(type) => Section(type, option),
        _ when type.IsEnum => new JsonObject { ["enum"] = new JsonArray([.. ConfigScalar.NamesOf(type).Select(n => JsonValue.Create(n))]) },
        _ when type == typeof(bool) => new JsonObject { ["type"] = "boolean" },
        _ when type == typeof(int) => new JsonObject { ["type"] = "integer", ["minimum"] = (int)option.Range!.Minimum, ["maximum"] = (int)option.Range.Maximum },
        _ when type == typeof(TimeSpan) => new JsonObject { ["type"] = "string", ["pattern"] = @"^(\d+\.)?\d{2}:\d{2}:\d{2}(\.\d{1,7})?$" },
        _ when option.Pattern is { } pattern => new JsonObject { ["type"] = "string", ["pattern"] = $"^{pattern.Pattern}$" },
        _ => new JsonObject { ["type"] = "string", ["minLength"] = 1 },
    };
}
