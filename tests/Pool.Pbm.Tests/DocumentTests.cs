using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Pool.Pbm.Cli;

namespace Pool.Pbm.Tests;

/// <summary>What the documents and the files of deploy/ say of pbm.</summary>
public sealed partial class DocumentTests
{
    [Theory]
    [InlineData("run.sh")]
    [InlineData("docs/operations.md")]
    [InlineData("deploy/Containerfile")]
    [InlineData("deploy/compose/compose.yaml")]
    [InlineData("deploy/kubernetes/statefulset.yaml")]
    public void Every_command_that_is_named_can_be_understood(string file)
    {
        var commands = new PbmProgram(PbmEnvironment.OfProcess()).Commands();
        var groups = commands.Subcommands.Select(c => c.Name).ToHashSet();
        var named = Command().Matches(File.ReadAllText(PathTo(file))).Select(m => m.Groups[1].Value).Where(line => groups.Contains(line.Split(' ')[0])).ToList();
        Assert.NotEmpty(named);
        Assert.All(named, line => Assert.Empty(commands.Parse(line.Replace("ID", "4194305", StringComparison.Ordinal).Replace("COUNT", "5", StringComparison.Ordinal)).Errors));
    }

    [Fact]
    public void The_operators_page_has_every_command_and_exit_code()
    {
        var page = File.ReadAllText(PathTo("docs/operations.md"));
        foreach (var group in new PbmProgram(PbmEnvironment.OfProcess()).Commands().Subcommands)
        {
            Assert.Contains($"pbm {group.Name}", page, StringComparison.Ordinal);
            Assert.All(group.Subcommands, c => Assert.Matches($"`(pbm {group.Name} )?{c.Name}[ `]", page));
        }

        Assert.All(Enumerable.Range(0, 5), code => Assert.Contains($"\n| {code} | ", page, StringComparison.Ordinal));
    }

    private static string PathTo(string file, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "..", "..", file);

    [GeneratedRegex(@"\bpbm ([a-z-]+(?: [A-Za-z0-9/.-]+)*)")]
    private static partial Regex Command();
}
