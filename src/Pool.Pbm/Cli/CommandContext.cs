using System.CommandLine;
using System.Text.Json;
using Pool.Pbm.Api;
using Pool.Pbm.Output;
using Spectre.Console;

namespace Pool.Pbm.Cli;

/// <summary>What commands have in common: the node that they ask, and how they show what it answers.</summary>
internal sealed class CommandContext(PbmEnvironment environment, CommonOptions options)
{
    /// <summary>The world outside.</summary>
    public PbmEnvironment Environment => environment;

    /// <summary>A client of the node that the command line names.</summary>
    public AdminClient Connect(ParseResult parsed)
    {
        var node = parsed.GetValue(options.Node) ?? environment.Variable(CommonOptions.NodeVariable) ?? "127.0.0.1:6034";
        return new AdminClient(AdminClient.AddressOf(node), Token(parsed));
    }

    /// <summary>True if answers are to be JSON.</summary>
    public bool WantsJson(ParseResult parsed) => parsed.GetValue(options.Json);

    /// <summary>Asks the node for a list and shows it.</summary>
    public async Task<int> ListAsync(ParseResult parsed, string path, IEnumerable<Parameter> arguments, IReadOnlyList<Column> columns, CancellationToken cancel)
    {
        using var client = Connect(parsed);
        return Show(parsed, await client.GetAsync(path, arguments, cancel), columns);
    }

    /// <summary>Has something done and shows what became of it.</summary>
    public async Task<int> DoAsync(ParseResult parsed, string path, IEnumerable<Parameter> arguments, IReadOnlyList<Column> columns, CancellationToken cancel)
    {
        using var client = Connect(parsed);
        return Show(parsed, await client.PostAsync(path, arguments, cancel), columns);
    }

    /// <summary>Shows an answer: as JSON, or as a table with a line for each node that did not answer.</summary>
    public int Show(ParseResult parsed, AdminAnswer answer, IReadOnlyList<Column> columns)
    {
        if (WantsJson(parsed))
        {
            environment.Output.WriteLine(answer.Text);
        }
        else
        {
            ItemTable.Write(environment.Console, answer.Items, columns);
            Tell(answer);
        }

        return ExitCodeOf(answer);
    }

    /// <summary>Tells which nodes did not answer, or failed, and whether there is more.</summary>
    public void Tell(AdminAnswer answer)
    {
        foreach (var node in answer.Unreachable)
        {
            environment.Errors.WriteLine($"pbm: {node.Text("node")} cannot be reached: {node.Text("reason")}");
        }

        foreach (var node in answer.Failed)
        {
            environment.Errors.WriteLine($"pbm: {node.Text("node")}: {node.Text("detail")}; {node.Text("remedy")}");
        }

        if (answer.HasMore)
        {
            environment.Errors.WriteLine(answer.Next is { } next ? $"pbm: there are more; go on with --after {next}" : "pbm: there are more; raise --limit");
        }
    }

    /// <summary>What an answer means for the exit code.</summary>
    public static int ExitCodeOf(AdminAnswer answer) =>
        answer.Failed.Count > 0 ? ExitCode.Failed : answer.Unreachable.Count > 0 ? ExitCode.Unreachable : ExitCode.Done;

    /// <summary>
    /// Asks the operator whether that is meant, on a terminal. Where nobody can be asked it is taken to be meant: a script says what it
    /// means.
    /// </summary>
    public async Task<bool> IsMeantAsync(bool yes, string question, CancellationToken cancel) =>
        yes || !environment.IsInteractive
        || await new ConfirmationPrompt(Markup.Escape(question)) { DefaultValue = false }.ShowAsync(environment.Console, cancel);

    private string? Token(ParseResult parsed)
    {
        if (parsed.GetValue(options.TokenFile) is not { } file)
        {
            return environment.Variable(CommonOptions.TokenVariable);
        }

        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AdminFailedException(ExitCode.NotAllowed, $"the token cannot be read from {file}: {e.Message}");
        }
    }
}
