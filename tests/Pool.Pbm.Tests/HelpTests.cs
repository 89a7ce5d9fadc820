using System.CommandLine;
using Pool.Pbm.Cli;

namespace Pool.Pbm.Tests;

public sealed class HelpTests
{
    private static readonly string[] s_commands =
    [
        "backend drain", "backend list", "cluster down", "cluster join-info", "cluster leave", "cluster show", "completion", "lease list", "node drain",
        "node list", "node resume", "pin list", "pool list", "pool pause", "pool resize", "pool resume", "pool show", "session kill", "session list",
        "session show", "settings top", "sharding slots", "watch",
    ];

    [Fact]
    public void There_are_just_these_commands()
    {
        var root = new PbmProgram(PbmEnvironment.OfProcess()).Commands();
        var all = root.Subcommands.SelectMany(g => g.Subcommands.Count == 0 ? [g.Name] : g.Subcommands.Select(c => $"{g.Name} {c.Name}"));
        Assert.Equal(s_commands, all.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_command_has_help_with_an_example_that_can_be_understood()
    {
        var commands = new PbmProgram(PbmEnvironment.OfProcess()).Commands();
        foreach (var command in s_commands)
        {
            var shell = new Shell();
            Assert.Equal(0, await shell.RunAsync($"{command} --help"));
            var examples = shell.Lines.SkipWhile(l => !l.TrimStart().StartsWith("Example", StringComparison.Ordinal)).Select(l => l.Trim()).Where(l => l.StartsWith("pbm ", StringComparison.Ordinal) || l.StartsWith("source <(pbm ", StringComparison.Ordinal))
                .Select(l => l.Split('|', '>', '&', ')')[0].Replace("source <(", "", StringComparison.Ordinal)["pbm ".Length..]).ToList();
            Assert.Contains(examples, e => e.StartsWith(command, StringComparison.Ordinal));
            Assert.All(examples, e => Assert.Empty(commands.Parse(e).Errors));
        }
    }

    [Fact]
    public async Task The_program_explains_itself_and_its_exit_codes()
    {
        var shell = new Shell();
        Assert.Equal(0, await shell.RunAsync("--help"));
        Assert.Contains("POOL_ADMIN_TOKEN", shell.Output, StringComparison.Ordinal);
        Assert.Contains("Exit codes: 0 done", shell.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pbm se", "session")]
    [InlineData("pbm session ", "kill")]
    [InlineData("pbm session list --st", "--state")]
    [InlineData("pbm completion ", "bash")]
    public async Task Shells_can_ask_what_may_come_next(string line, string expected)
    {
        var shell = new Shell();
        Assert.Equal(0, await shell.RunAsync([$"[suggest:{line.Length}]", line]));
        Assert.Contains(expected, shell.Lines);
    }

    [Theory]
    [InlineData("bash", "complete -F _pbm pbm")]
    [InlineData("zsh", "compdef _pbm pbm")]
    [InlineData("fish", "complete -f -c pbm")]
    public async Task Each_shell_gets_its_script(string name, string part)
    {
        var shell = new Shell();
        Assert.Equal(0, await shell.RunAsync($"completion {name}"));
        Assert.Contains(part, shell.Output, StringComparison.Ordinal);
    }
}
