using System.CommandLine;

namespace Pool.Pbm.Cli;

/// <summary>The options that every command has.</summary>
internal sealed class CommonOptions
{
    /// <summary>The environment variable of <see cref="Node"/>.</summary>
    public const string NodeVariable = "POOL_ADMIN";

    /// <summary>The environment variable of the token.</summary>
    public const string TokenVariable = "POOL_ADMIN_TOKEN";

    /// <summary>The admin port that is asked.</summary>
    public Option<string?> Node { get; } = new("--node")
    {
        Description = $"The admin port of any node of the cluster [default: ${NodeVariable}, or 127.0.0.1:6034].", HelpName = "HOST:PORT", Recursive = true,
    };

    /// <summary>The file with the token.</summary>
    public Option<string?> TokenFile { get; } = new("--token-file")
    {
        Description = $"A file with the node's admin token [default: ${TokenVariable}].", HelpName = "FILE", Recursive = true,
    };

    /// <summary>Answers as JSON.</summary>
    public Option<bool> Json { get; } = new("--json") { Description = "Answer as JSON, as the node gave it.", Recursive = true };

    /// <summary>Adds them all.</summary>
    public void AddTo(Command root)
    {
        root.Options.Add(Node);
        root.Options.Add(TokenFile);
        root.Options.Add(Json);
    }

    /// <summary>An option for what destroys something: do not ask.</summary>
    public static Option<bool> Yes() => new("--yes", "-y") { Description = "Do not ask whether that is meant." };

    /// <summary>An option that asks one member only.</summary>
    public static Option<string?> Member() => new("--member") { Description = "Only on this member of the cluster, by its name.", HelpName = "NAME" };

    /// <summary>An option for a filter that is passed on.</summary>
    public static Option<string?> Filter(string name, string description, string value) =>
        new($"--{name}") { Description = description, HelpName = value };

    /// <summary>An option for how many items are shown.</summary>
    public static Option<long?> Limit()
    {
        var limit = Numbers.Option("--limit");
        (limit.Description, limit.HelpName) = ("How many are shown at most [default: 1000].", "COUNT");
        return limit;
    }

    /// <summary>An option for how long a command waits for what nodes do in their own time.</summary>
    public static Option<long> Wait(string description)
    {
        var wait = Numbers.Option("--wait", least: 0, otherwise: 30);
        (wait.Description, wait.HelpName) = (description, "SECONDS");
        return wait;
    }
}
