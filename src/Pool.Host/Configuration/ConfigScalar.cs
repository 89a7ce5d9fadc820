using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Net;
using System.Text;

namespace Pool.Host.Configuration;

/// <summary>The values that are one text in the file: how they are read, written, and what their rule is called.</summary>
public static class ConfigScalar
{
    /// <summary>Reads a value of the option; false if it breaks the option's rule.</summary>
    public static bool TryParse(ConfigOption option, Type type, string text, out object? value)
    {
        value = Parse(type, text);
        return value is not null
            && (option.Range is null || Within(option.Range, value))
            && (option.Pattern is null || option.Pattern.IsValid(text));
    }

    /// <summary>Writes a value as the file has it; null is "null".</summary>
    public static string Format(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        TimeSpan duration => duration.ToString("c", CultureInfo.InvariantCulture),
        Enum name => NameOf(name),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    /// <summary>The names of an enum's values as the file has them.</summary>
    public static IEnumerable<string> NamesOf(Type type) => Enum.GetValues(type).Cast<Enum>().Select(NameOf);

    /// <summary>What a value of the option must be, to follow "must be".</summary>
    public static string Rule(ConfigOption option, Type type)
    {
        var range = option.Range is { } limits ? $" from {limits.Minimum} to {limits.Maximum}" : "";
        return type switch
        {
            _ when option.Pattern is not null => "a hash as mysql.user.authentication_string has it",
            _ when type == typeof(int) => "a whole number" + range,
            _ when type == typeof(TimeSpan) => "a duration hh:mm:ss[.fff]" + range,
            _ when type == typeof(bool) => "true or false",
            _ when type == typeof(IPAddress) => "an IP address",
            _ when type == typeof(IPNetwork) => "a network such as 10.0.0.0/8",
            _ when type.IsEnum => "one of " + string.Join(", ", NamesOf(type)),
            _ => "a text that is not empty",
        };
    }

    private static object? Parse(Type type, string text) => type switch
    {
        _ when type == typeof(string) => text.Length > 0 ? text : null,
        _ when type == typeof(int) =>
            int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null,
        _ when type == typeof(bool) => bool.TryParse(text, out var flag) ? flag : null,
        // Without the colons "5" would be five days.
        _ when type == typeof(TimeSpan) =>
            text.Count(':') == 2 && TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var duration) ? duration : null,
        // Without a separator "1" would be 0.0.0.1.
        _ when type == typeof(IPAddress) =>
            text.AsSpan().ContainsAny('.', ':') && IPAddress.TryParse(text, out var address) ? address : null,
        _ when type == typeof(IPNetwork) => IPNetwork.TryParse(text, out var network) ? network : null,
        _ when type.IsEnum =>
            Enum.GetValues(type).Cast<Enum>().FirstOrDefault(name => NameOf(name).Equals(text, StringComparison.OrdinalIgnoreCase)),
        _ => throw new NotSupportedException($"an option cannot be a {type.Name}"),
    };

    private static bool Within(RangeAttribute range, object value) => value is TimeSpan duration
        ? duration >= TimeSpan.Parse((string)range.Minimum, CultureInfo.InvariantCulture)
            && duration <= TimeSpan.Parse((string)range.Maximum, CultureInfo.InvariantCulture)
        : range.IsValid(value);

    /// <summary>Our own names are written as verify-ca; names from elsewhere (log levels) as they are known.</summary>
    private static string NameOf(Enum value)
    {
        var name = value.ToString();
        if (!value.GetType().FullName!.StartsWith("Pool.", StringComparison.Ordinal))
        {
            return name;
        }

        var kebab = new StringBuilder();
        foreach (var letter in name)
        {
            if (char.IsUpper(letter) && kebab.Length > 0)
            {
                kebab.Append('-');
            }

            kebab.Append(char.ToLowerInvariant(letter));
        }

        return kebab.ToString();
    }
}
