using System.Globalization;

namespace Pool.Host.Configuration;

/// <summary>How options are called in messages: <c>Backends[0].Tls.Mode</c>.</summary>
internal static class ConfigPath
{
    /// <summary>The path of a child.</summary>
    public static string Key(string parent, string key) =>
        key.Length > 0 && key.All(char.IsAsciiDigit) ? $"{parent}[{key}]" : parent.Length == 0 ? key : $"{parent}.{key}";

    /// <summary>The key of a list's entry.</summary>
    public static string Index(int index) => index.ToString(CultureInfo.InvariantCulture);
}
