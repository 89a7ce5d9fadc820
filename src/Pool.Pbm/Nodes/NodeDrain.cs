using System.CommandLine;
using Pool.Pbm.Api;
using Pool.Pbm.Cli;
using Pool.Pbm.Output;

namespace Pool.Pbm.Nodes;

/// <summary>pbm node drain</summary>
internal static class NodeDrain
{
    private const string Description =
        """
        Has a node take no new clients, and end its sessions as they come to rest: each is told so (error 1053) when no reply is owed to
        it and no transaction is open, so that drivers connect anew, elsewhere. The process goes on; pbm node resume takes it back.
        Waits until no session is left, for --wait seconds at most; then what is left goes on, and the exit code is 1.
        Without a name: the node that is asked, as a preStop hook has it.

        Examples:
          pbm node drain pool-3
          pbm node drain --wait 25 --yes
        """;

    /// <summary>The command.</summary>
    public static Command Make(CommandContext context)
    {
        var command = new Command("drain", Description);
        var name = new Argument<string?>("name") { Description = "The node's name.", Arity = ArgumentArity.ZeroOrOne };
        var wait = CommonOptions.Wait("Seconds until no session is left; 0 does not wait.");
        var yes = CommonOptions.Yes();
        command.Arguments.Add(name);
        command.Options.Add(wait);
        command.Options.Add(yes);
        command.SetAction(async (parsed, cancel) =>
            await context.IsMeantAsync(parsed.GetValue(yes), $"Drain {parsed.GetValue(name) ?? "the node that is asked"}?", cancel)
                ? await DrainAsync(context, parsed, parsed.GetValue(name), parsed.GetValue(wait), cancel)
                : ExitCode.Failed);
        return command;
    }

    private static async Task<int> DrainAsync(CommandContext context, ParseResult parsed, string? name, long seconds, CancellationToken cancel)
    {
        using var client = context.Connect(parsed);
        var begun = await client.PostAsync("/v1/nodes/drain", [new("node", name)], cancel);
        var node = begun.Items is [var drained, ..] ? drained.Text("node") : name;
        var latest = await Waiting.UntilAsync(
            context.Environment.Time, TimeSpan.FromSeconds(seconds), begun, SessionsOf, () => client.GetAsync("/v1/nodes", [new("node", node)], cancel), cancel);
        var code = context.Show(parsed, latest, NodeColumns.All);
        return code == ExitCode.Done && seconds > 0 && SessionsOf(latest) > 0 ? ExitCode.Failed : code;
    }

    private static double SessionsOf(AdminAnswer answer) => answer.Items.Sum(i => i.Number("sessions") ?? 0);
}
