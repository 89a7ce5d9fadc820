using System.Text.Json.Nodes;
using Pool.Host.Configuration;

namespace Pool.Host.Tests.Configuration;

/// <summary>A directory with a configuration that is right, to be spoilt by the test, and the other sources.</summary>
internal sealed class ConfigSources : IDisposable
{
    public const string Secret = "correct-horse-battery";

    public const string Valid = """
        {
          // the least that a node needs
          "Listeners": [ { "Name": "main", "Backend": "main" } ],
          "Backends": [ { "Name": "main", "Host": "db.example" } ],
          "Accounts": [ { "Name": "app", "Backend": "main", "User": "app", "Password": { "Environment": "APP_PASSWORD" } } ],
          "Users": [ { "Name": "app", "Password": { "Environment": "APP_PASSWORD" } } ],
          "Routes": [ { "User": "app", "Account": "app" }, ],
        }
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("pool-config-").FullName;

    public Dictionary<string, string> Environment { get; } = new() { ["APP_PASSWORD"] = Secret };

    public Dictionary<string, string> Overrides { get; } = [];

    public string Json { get; set; } = Valid;

    public string PathOf(string name) => Path.Combine(_directory, name);

    public string Write(string name, string content)
    {
        File.WriteAllText(PathOf(name), content);
        return PathOf(name);
    }

    /// <summary>Sets an option of the file ("Backends:0:Port") to a JSON value; null removes it.</summary>
    public ConfigSources With(string key, string? json)
    {
        var root = JsonNode.Parse(Json, null, new() { CommentHandling = System.Text.Json.JsonCommentHandling.Skip, AllowTrailingCommas = true })!;
        var steps = key.Split(':');
        var parent = root;
        foreach (var step in steps[..^1])
        {
            parent = parent is JsonArray list ? list[int.Parse(step)]! : parent[step] ??= new JsonObject();
        }

        switch (parent)
        {
            case JsonArray list when int.Parse(steps[^1]) == list.Count:
                list.Add(JsonNode.Parse(json!));
                break;
            case JsonArray list:
                list[int.Parse(steps[^1])] = JsonNode.Parse(json!);
                break;
            case JsonObject section when json is null:
                section.Remove(steps[^1]);
                break;
            default:
                parent[steps[^1]] = JsonNode.Parse(json!);
                break;
        }

        Json = root.ToJsonString();
        return this;
    }

    public ConfigLoad Load() => PoolConfig.Load(Write("pool.json", Json), Overrides, Environment);

    public PoolConfig LoadValid()
    {
        var load = Load();
        Assert.True(load.Config is not null, string.Join('\n', load.Problems));
        return load.Config;
    }

    /// <summary>Loads what has exactly one problem, and answers its line.</summary>
    public string LoadProblem()
    {
        var load = Load();
        Assert.Null(load.Config);
        return Assert.Single(load.Problems).ToString();
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
