using System.Text.Json;

namespace Pool.Host.Configuration;

/// <summary>Something wrong with the configuration.</summary>
/// <param name="Path">Which option ("Backends[0].MaxConnections"), or which source if it could not be read.</param>
/// <param name="Value">What it was given; null where there is none, or where it may be a secret.</param>
/// <param name="Rule">What it should be.</param>
public sealed record ConfigProblem(string Path, string? Value, string Rule)
{
    private const int LongestValue = 100;

    /// <summary>One line: <c>Backends[0].MaxConnections = "abc": must be a whole number from 2 to 65535</c>.</summary>
    public override string ToString() => Value is null
        ? $"{Path}: {Rule}"
        : $"{Path} = {JsonSerializer.Serialize(Value.Length > LongestValue ? Value[..LongestValue] + "..." : Value)}: {Rule}";
}

/// <summary>What loading gave: a configuration without problems, or all problems and no configuration.</summary>
/// <param name="Config">The configuration; null if there are problems.</param>
/// <param name="Problems">Everything that is wrong, in the order of the options.</param>
public sealed record ConfigLoad(PoolConfig? Config, IReadOnlyList<ConfigProblem> Problems)
{
    /// <summary>Writes "ok" or one line for each problem. Answers the process's exit code: 0 or 1.</summary>
    public int Report(TextWriter output)
    {
        if (Problems.Count == 0)
        {
            output.WriteLine("ok");
            return 0;
        }

        foreach (var problem in Problems)
        {
            output.WriteLine(problem);
        }

        return 1;
    }
}
