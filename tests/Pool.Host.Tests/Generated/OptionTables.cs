using System.Text;
using Pool.Host.Configuration;

namespace Pool.Host.Tests.Generated;

/// <summary>Writes the tables of docs/configuration.md.</summary>
internal static class OptionTables
{
    public static string Generate()
    {
        var tables = new StringBuilder();
        foreach (var (path, section, outer) in OptionText.Sections(typeof(PoolConfig)))
        {
            tables.Append($"### {(path.Length == 0 ? "The file" : path)}\n\n{OptionText.Summary(section)}\n\n");
            tables.Append("| key | value | default | reload | meaning |\n|---|---|---|---|---|\n");
            foreach (var option in ConfigOption.Of(section))
            {
                tables.Append($"| `{option.Name}` | {Value(option)} | {Default(section, option)} | {Reload(option, outer)} | {OptionText.Summary(section, option)} |\n");
            }

            tables.Append('\n');
        }

        return tables.ToString().TrimEnd('\n') + "\n";
    }

    private static string Value(ConfigOption option) => option.EntryType switch
    {
        { } entry when ConfigOption.IsSection(entry) => "list of objects, see below",
        { } entry => "list; each " + ConfigScalar.Rule(option, entry),
        null when ConfigOption.IsSection(option.Type) => "object, see below" + (option.AllowsNull ? ", or null" : ""),
        null when option.Type == typeof(string) && option.Pattern is null => "a text" + (option.AllowsNull ? ", or null" : ""),
        null => ConfigScalar.Rule(option, option.Type) + (option.AllowsNull ? ", or null" : ""),
    };

    private static string Default(Type section, ConfigOption option) =>
        ConfigOption.IsSection(option.Type) && !option.AllowsNull ? ""
        : OptionText.Default(section, option) is { } text ? $"`{text}`"
        : option.RequiredUnless is { } other ? $"must be given unless `{other}` is"
        : "must be given";

    private static string Reload(ConfigOption option, ConfigOption? outer) =>
        ConfigOption.IsSection(option.Type) && !option.IsReloadable ? ""
        : option.EntryType is { } entry && ConfigOption.IsSection(entry) ? (option.IsReloadable ? "entries come and go" : "entries stay")
        : option.IsReloadableIn(outer) ? "yes" : "restart";
}
