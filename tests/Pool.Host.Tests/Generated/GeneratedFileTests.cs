using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pool.Host.Configuration;
using Pool.Host.Tests.Admin;

namespace Pool.Host.Tests.Generated;

/// <summary>
/// What is generated from the sources is what is checked in. To bring it up to date: POOL_UPDATE_GENERATED=1 and run these tests.
/// </summary>
public sealed partial class GeneratedFileTests
{
    private const string TablesBegin = "<!-- generated from the configuration records: begin -->\n";
    private const string TablesEnd = "<!-- generated: end -->\n";

    [Fact]
    public void The_schema_is_that_of_the_records() => Check("deploy/pool.schema.json", _ => SchemaGenerator.Generate());

    [Fact]
    public void The_documentation_has_every_option_with_its_default_and_whether_it_is_reloadable() => Check("docs/configuration.md", current =>
    {
        var begin = current.IndexOf(TablesBegin, StringComparison.Ordinal) + TablesBegin.Length;
        var end = current.IndexOf(TablesEnd, StringComparison.Ordinal);
        Assert.True(begin >= TablesBegin.Length && end >= begin, "the marks of the generated part are gone");
        return current[..begin] + "\n" + OptionTables.Generate() + "\n" + current[end..];
    });

    [Fact]
    public void Every_option_says_what_it_means() =>
        Assert.All(
            OptionText.Sections(typeof(PoolConfig)).SelectMany(s => ConfigOption.Of(s.Section).Select(o => (s.Path, Option: o, Summary: OptionText.Summary(s.Section, o)))),
            option => Assert.True(option.Summary.Length > 10, $"{option.Path}.{option.Option.Name} has no summary"));

    [Fact]
    public void The_example_is_valid()
    {
        var environment = new Dictionary<string, string> { ["APP_PASSWORD"] = "x" };
        var load = PoolConfig.Load(PathOf("deploy/pool.example.json"), [], environment);
        Assert.True(load.Config is not null, string.Join('\n', load.Problems));
    }

    [Fact]
    public void The_dashboard_asks_only_for_metrics_that_there_are()
    {
        var page = new NodeStub().Page().Render();
        var declared = page.Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]).ToHashSet();
        var dashboard = File.ReadAllText(PathOf("deploy/grafana/pool-dashboard.json"));
        var asked = JsonDocument.Parse(dashboard).RootElement.GetProperty("panels").EnumerateArray()
            .Where(panel => panel.TryGetProperty("targets", out _))
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .SelectMany(target => MetricName().Matches(target.GetProperty("expr").GetString()!).Select(match => HistogramSuffix().Replace(match.Value, "_seconds")))
            .ToHashSet();
        Assert.NotEmpty(asked);
        Assert.Empty(asked.Except(declared));
    }

    [Fact]
    public void The_operators_page_has_every_metric()
    {
        var sources = Directory.GetFiles(PathOf("src/Pool.Host/Admin"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText);
        var written = sources.SelectMany(s => WrittenMetric().Matches(s)).Select(m => m.Groups[1].Value).ToHashSet();
        var page = MetricName().Matches(File.ReadAllText(PathOf("docs/operations.md"))).Select(m => m.Value).ToHashSet();
        Assert.True(written.Count > 70, $"only {written.Count} metrics were found in the sources");
        Assert.Empty(written.Except(page));
        Assert.Empty(page.Except(written));
    }

    private static void Check(string file, Func<string, string> generate)
    {
        var current = File.Exists(PathOf(file)) ? File.ReadAllText(PathOf(file)) : "";
        var generated = generate(current);
        if (Environment.GetEnvironmentVariable("POOL_UPDATE_GENERATED") == "1")
        {
            File.WriteAllText(PathOf(file), generated);
            current = generated;
        }

        Assert.True(generated == current, $"{file} is out of date: run these tests with POOL_UPDATE_GENERATED=1 and commit it");
    }

    private static string PathOf(string file, [CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", file);

    [GeneratedRegex(@"\b(pool|process|dotnet)_[a-z_]+")]
    private static partial Regex MetricName();

    [GeneratedRegex(@"page\.(?:Gauge|Counters?|Histogram)\(\s*""([a-z_]+)""")]
    private static partial Regex WrittenMetric();

    [GeneratedRegex("_seconds_(bucket|sum|count)$")]
    private static partial Regex HistogramSuffix();
}
