namespace Pool.Host.Configuration;

/// <summary>What the program was called with.</summary>
/// <param name="ConfigFile">The configuration file.</param>
/// <param name="Check">Only check the configuration.</param>
/// <param name="Overrides">Options set on the command line: "Section:Key" and value.</param>
/// <param name="Problem">What could not be understood; null if all was.</param>
/// <param name="Help">Only say how the program is called.</param>
public sealed record CommandLine(
    string ConfigFile, bool Check, IReadOnlyList<KeyValuePair<string, string>> Overrides, string? Problem, bool Help = false)
{
    /// <summary>How the program is called.</summary>
    public const string Usage = "pool [--config pool.json] [--check] [--Section:Key=value ...]";

    /// <summary>The same at length.</summary>
    public const string Explanation =
        $"""
        {Usage}

        Runs one node of Pool, a connection pooler for MySQL and MariaDB, until SIGTERM or SIGINT: then it drains. Asked again, it
        stops at once. SIGHUP reads the configuration again.

          --config FILE        the configuration; pool.json in the working directory if it is not named
          --check              says whether the configuration is valid, and ends
          --Section:Key=value  sets an option, as --Node:Name=pool-2 or --Backends:0:Host=db.example; so does POOL__Section__Key in the
                               environment, which yields to it

        Exit codes: 0 drained and ended, 1 the configuration that was checked is not valid, a port cannot be had, or the cluster does
        not want the node, 2 the command line cannot be understood, or the configuration of a start is not valid.

        docs/configuration.md has every option. pbm, the operators' command line, has a --help of its own.
        """;

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
                case "--help" or "-h" when value is null:
                    result = result with { Help = true };
                    break;
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
