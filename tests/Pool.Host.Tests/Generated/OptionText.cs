using System.Collections;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Pool.Host.Configuration;

namespace Pool.Host.Tests.Generated;

/// <summary>What the sources say of each option, for the schema and the documentation.</summary>
internal static partial class OptionText
{
    private static readonly Dictionary<string, string> s_summaries = XDocument
        .Load(Path.ChangeExtension(typeof(PoolConfig).Assembly.Location, ".xml"))
        .Descendants("member")
        .ToDictionary(m => m.Attribute("name")!.Value, m => Spaces().Replace(m.Element("summary")?.Value ?? "", " ").Trim());

    /// <summary>The summary of an option's property.</summary>
    public static string Summary(Type section, ConfigOption option) => s_summaries[$"P:{section.FullName}.{option.Name}"];

    /// <summary>The summary of a section's record.</summary>
    public static string Summary(Type section) => s_summaries[$"T:{section.FullName}"];

    /// <summary>The default as the file would have it; null if there is none.</summary>
    public static string? Default(Type section, ConfigOption option)
    {
        if (option.IsRequired || option.RequiredUnless is not null)
        {
            return null;
        }

        var value = option.Get(Activator.CreateInstance(section)!);
        return value is IList { Count: 0 } ? "[]" : ConfigScalar.Format(value);
    }

    /// <summary>The sections within the configuration, from the outside in, each with its path.</summary>
    public static IEnumerable<(string Path, Type Section, ConfigOption? Outer)> Sections(Type section, string path = "", ConfigOption? outer = null)
    {
        yield return (path, section, outer);
        foreach (var option in ConfigOption.Of(section))
        {
            var inner = option.EntryType ?? option.Type;
            if (!ConfigOption.IsSection(inner))
            {
                continue;
            }

            var name = option.Name + (option.EntryType is null ? "" : "[]");
            foreach (var found in Sections(inner, path.Length == 0 ? name : $"{path}.{name}", option))
            {
                yield return found;
            }
        }
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
