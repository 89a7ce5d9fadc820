using System.Text.Json;

namespace Pool.Host.Configuration;

/// <summary>Merges the sources (file, then environment, then command line), binds and checks them.</summary>
internal static class ConfigLoader
{
    private const string EnvironmentPrefix = "POOL__";
    private const int LargestFileBytes = 16 << 20;

    /// <summary>Where editors look for the schema; means nothing to us.</summary>
    private const string EditorsKey = "$schema";

    /// <summary>No option lies deeper than this; deeper keys would only cost stack.</summary>
    private const int DeepestKey = 8;

    /// <inheritdoc cref="PoolConfig.Load"/>
    public static ConfigLoad Load(
        string path,
        IEnumerable<KeyValuePair<string, string>> overrides,
        IReadOnlyDictionary<string, string> environment)
    {
        var problems = new List<ConfigProblem>();
        if (ReadFile(path, problems) is not { } tree)
        {
            return new ConfigLoad(null, problems);
        }

        var fromEnvironment = environment
            .Where(variable => variable.Key.StartsWith(EnvironmentPrefix, StringComparison.Ordinal))
            .OrderBy(variable => variable.Key, StringComparer.Ordinal)
            .Select(variable => (variable.Key[EnvironmentPrefix.Length..].Split("__"), variable.Value));
        var fromCommandLine = overrides.Select(pair => (pair.Key.Split(':'), pair.Value));
        foreach (var (key, value) in fromEnvironment.Concat(fromCommandLine))
        {
            if (key.Length > DeepestKey || key.Contains(""))
            {
                problems.Add(new ConfigProblem(string.Join('.', key.Take(DeepestKey)), null, "unknown key"));
            }
            else
            {
                tree.Overlay(key, value);
            }
        }

        var config = (PoolConfig)new ConfigBinder(problems).Section(typeof(PoolConfig), tree, "");
        problems.AddRange(ConfigChecks.Problems(config));
        problems.AddRange(FileChecks.Problems(config, new SecretResolver(environment)));
        return problems.Count == 0 ? new ConfigLoad(config, []) : new ConfigLoad(null, problems);
    }

    private static ConfigNode? ReadFile(string path, List<ConfigProblem> problems)
    {
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > LargestFileBytes)
            {
                problems.Add(new ConfigProblem(path, null, $"must not be larger than {LargestFileBytes >> 20} MiB"));
                return null;
            }

            var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = DeepestKey };
            using var document = JsonDocument.Parse(file, options);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                var tree = ConfigNode.From(document.RootElement, "", problems);
                tree.Remove(EditorsKey);
                return tree;
            }

            problems.Add(new ConfigProblem(path, null, "must be a JSON object"));
        }
        catch (JsonException broken)
        {
            // Its message may quote the text, which may be a password that was put in the wrong place.
            problems.Add(new ConfigProblem($"{path}({broken.LineNumber + 1},{broken.BytePositionInLine + 1})", null, "is not valid JSON"));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            problems.Add(new ConfigProblem(path, null, "cannot be read: " + unreadable.Message));
        }

        return null;
    }
}
