using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Pool.Host.Tests.Deploy;

/// <summary>
/// A compose file, as far as the compose specification (https://github.com/compose-spec/compose-spec/blob/main/spec.md) is used by ours: a
/// key that is not here is an error.
/// </summary>
internal sealed class ComposeFile
{
    public string Name { get; set; } = "";

    [YamlMember(Alias = "x-node", ApplyNamingConventions = false)]
    public ComposeService? Node { get; set; }

    public Dictionary<string, ComposeService> Services { get; set; } = [];

    public Dictionary<string, FileEntry> Configs { get; set; } = [];

    public Dictionary<string, FileEntry> Secrets { get; set; } = [];

    public Dictionary<string, Dictionary<string, string>> Volumes { get; set; } = [];

    /// <summary>Reads one, its anchors merged.</summary>
    public static ComposeFile Parse(string yaml) => new DeserializerBuilder()
        .WithNamingConvention(UnderscoredNamingConvention.Instance)
        .WithDuplicateKeyChecking()
        .Build()
        .Deserialize<ComposeFile>(new MergingParser(new Parser(new StringReader(yaml))));

    internal sealed class ComposeService
    {
        public Build? Build { get; set; }

        public string? Image { get; set; }

        public string? Hostname { get; set; }

        public string? Restart { get; set; }

        public string? StopGracePeriod { get; set; }

        public Dictionary<string, Condition> DependsOn { get; set; } = [];

        public Dictionary<string, string> Environment { get; set; } = [];

        public List<string> Command { get; set; } = [];

        public List<Mount> Configs { get; set; } = [];

        public List<string> Secrets { get; set; } = [];

        public List<string> Volumes { get; set; } = [];

        public List<string> Ports { get; set; } = [];

        public HealthCheck? Healthcheck { get; set; }
    }

    internal sealed class Build
    {
        public string Context { get; set; } = "";

        public string Dockerfile { get; set; } = "";
    }

    internal sealed class Condition
    {
        [YamlMember(Alias = "condition")]
        public string State { get; set; } = "";
    }

    internal sealed class Mount
    {
        public string Source { get; set; } = "";

        public string Target { get; set; } = "";
    }

    internal sealed class HealthCheck
    {
        public List<string> Test { get; set; } = [];

        public string Interval { get; set; } = "";

        public string Timeout { get; set; } = "";

        public int Retries { get; set; }

        public string? StartPeriod { get; set; }
    }

    internal sealed class FileEntry
    {
        public string File { get; set; } = "";
    }
}
