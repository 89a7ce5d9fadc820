namespace Pool.Host.Configuration;

/// <summary>What the program was called with.</summary>
/// <param name="ConfigFile">The configuration file.</param>
/// <param name="Check">Only check the configuration.</param>
/// <param name="Overrides">Options set on the command line: "Section:Key" and value.</param>
/// <param name="Problem">What could not be understood; null if all was.</param>
public sealed record CommandLine(string ConfigFile, bool Check, IReadOnlyList<KeyValuePair<string, string>> Overrides, string? Problem)
{
    /// <summary>How the program is called.</summary>
    public const string Usage = "pool [--config pool.json] [--check] [--Section:Key=value ...]";

    /// <summary>Takes the arguments apart. Never throws.</summary>
    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var result = new CommandLine("pool.json", false, [], null);
        var overrides = new List<KeyValuePair<string, string>>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, value) = arguments[i].IndexOf('=', StringComparison.Ordinal) is >= 0 and var equals
                ? (arguments[i][..equals], arguments[i][(equals + 1)..])
                : (arguments[i], null);
            switch (name)
            {
                case "--check" when value is null:
                    result = result with { Check = true };
                    break;
                case "--config" when value is not null || i + 1 < arguments.Count:
                    result = result with { ConfigFile = value ?? arguments[++i] };
                    break;
                case ['-', '-', .. var key] when value is not null && key.Contains(':', StringComparison.Ordinal):
                    overrides.Add(new(key, value));
                    break;
                default:
                    // Without its value, which may be a secret in the wrong place.
                    result = result with { Problem = $"cannot understand the argument {name}" };
                    break;
            }
        }

        return result with { Overrides = overrides };
    }
}
