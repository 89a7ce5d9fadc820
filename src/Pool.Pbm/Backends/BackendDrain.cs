using System.CommandLine;
using Pool.Pbm.Api;
using Pool.Pbm.Cli;
using Pool.Pbm.Output;
using Pool.Pbm.Pools;

namespace Pool.Pbm.Backends;

/// <summary>pbm backend drain</summary>
internal static class BackendDrain
{
    private const string Description =
        """
        Leaves a database server alone, for work on it: on all nodes the pool is paused, idle connections are closed, others as they come
        back, and none is opened, until pbm pool resume. Waits until the server has ended the last one, for --wait seconds at most; the
        exit code is 1 if some are left then, and the pools go on closing them.

        Examples:
          pbm backend drain main
          pbm backend drain main --wait 120 --yes && systemctl restart mariadb && pbm pool resume main
        """;

    /// <summary>The command.</summary>
    public static Command Make(CommandContext context)
    {
        var command = new Command("drain", Description);
        var backend = new Argument<string>("backend") { Description = "The backend's name." };
        var wait = CommonOptions.Wait("Seconds until no connection is left; 0 does not wait.");
        var (member, yes) = (CommonOptions.Member(), CommonOptions.Yes());
        command.Arguments.Add(backend);
        command.Options.Add(wait);
        command.Options.Add(member);
        command.Options.Add(yes);
        command.SetAction(async (parsed, cancel) =>
        {
            var name = parsed.GetRequiredValue(backend);
            return await context.IsMeantAsync(parsed.GetValue(yes), $"Close all connections to {name}?", cancel)
                ? await DrainAsync(context, parsed, name, parsed.GetValue(member), parsed.GetValue(wait), cancel)
                : ExitCode.Failed;
        });
        return command;
    }

    private static async Task<int> DrainAsync(CommandContext context, ParseResult parsed, string name, string? member, long seconds, CancellationToken cancel)
    {
        using var client = context.Connect(parsed);
        var begun = await client.PostAsync($"/v1/backends/{Uri.EscapeDataString(name)}/drain", [new("node", member)], cancel);
        var latest = await Waiting.UntilAsync(
            context.Environment.Time, TimeSpan.FromSeconds(seconds), begun, ConnectionsOf,
            () => client.GetAsync("/v1/pools", [new("backend", name), new("node", member)], cancel), cancel);
        var code = context.Show(parsed, latest, PoolColumns.All);
        context.Tell(begun);
        code = code == ExitCode.Done ? CommandContext.ExitCodeOf(begun) : code;
        return code == ExitCode.Done && seconds > 0 && ConnectionsOf(latest) > 0 ? ExitCode.Failed : code;
    }

    private static double ConnectionsOf(AdminAnswer answer) => answer.Items.Sum(i =>
        (i.Number("idle") ?? 0) + (i.Number("leased") ?? 0) + (i.Number("connecting") ?? 0) + (i.Number("closing") ?? 0) + (i.Number("control") ?? 0));
}
