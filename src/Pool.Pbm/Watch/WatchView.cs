using System.CommandLine;
using System.Globalization;
using Pool.Pbm.Api;
using Pool.Pbm.Cli;
using Pool.Pbm.Nodes;
using Pool.Pbm.Output;
using Pool.Pbm.Pools;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Pool.Pbm.Watch;

/// <summary>pbm watch</summary>
internal static class WatchView
{
    private const string Description =
        """
        Shows nodes and pools again and again, until it is interrupted. With --json: one line for each time, with the answers for nodes
        and for pools.

        Examples:
          pbm watch
          pbm watch --interval 0.5 --backend main
          pbm watch --count 1
        """;

    /// <summary>The command.</summary>
    public static Command Make(CommandContext context)
    {
        var command = new Command("watch", Description);
        var interval = Numbers.Option("--interval", least: 0.1, most: 3600, otherwise: 1);
        (interval.Description, interval.HelpName) = ("Seconds between two looks.", "SECONDS");
        var count = Numbers.Option("--count", least: 1);
        (count.Description, count.HelpName) = ("Ends after so many looks.", "COUNT");
        var backend = CommonOptions.Filter("backend", "Only this backend's pools.", "NAME");
        command.Options.Add(interval);
        command.Options.Add(count);
        command.Options.Add(backend);
        command.SetAction((parsed, cancel) =>
        {
            var looks = new Looks(TimeSpan.FromSeconds(parsed.GetValue(interval)), parsed.GetValue(count) ?? long.MaxValue, parsed.GetValue(backend));
            return context.WantsJson(parsed) ? WriteAsync(context, parsed, looks, cancel) : DrawAsync(context, parsed, looks, cancel);
        });
        return command;
    }

    private static async Task<int> DrawAsync(CommandContext context, ParseResult parsed, Looks looks, CancellationToken cancel)
    {
        using var client = context.Connect(parsed);
        var time = context.Environment.Time;
        var latest = await LookAsync(client, looks, cancel);
        await context.Environment.Console.Live(Draw(latest, time)).StartAsync(async live =>
        {
            for (var left = looks.Count - 1; left > 0; left--)
            {
                await Task.Delay(looks.Interval, time, cancel);
                latest = await LookAsync(client, looks, cancel);
                live.UpdateTarget(Draw(latest, time));
            }
        });
        return CommandContext.ExitCodeOf(latest.Nodes);
    }

    private static async Task<int> WriteAsync(CommandContext context, ParseResult parsed, Looks looks, CancellationToken cancel)
    {
        using var client = context.Connect(parsed);
        for (var left = looks.Count; ; left--)
        {
            var (nodes, pools) = await LookAsync(client, looks, cancel);
            await context.Environment.Output.WriteLineAsync($"{{\"nodes\":{nodes.Text},\"pools\":{pools.Text}}}");
            if (left <= 1)
            {
                return CommandContext.ExitCodeOf(nodes);
            }

            await Task.Delay(looks.Interval, context.Environment.Time, cancel);
        }
    }

    private static async Task<(AdminAnswer Nodes, AdminAnswer Pools)> LookAsync(AdminClient client, Looks looks, CancellationToken cancel) =>
        (await client.GetAsync("/v1/nodes", [], cancel), await client.GetAsync("/v1/pools", [new("backend", looks.Backend)], cancel));

    private static Rows Draw((AdminAnswer Nodes, AdminAnswer Pools) latest, TimeProvider time) => new(
    [
        ItemTable.Cell($"cluster {latest.Nodes.Cluster} at {time.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture)}"),
        new Text(""),
        ItemTable.Of(latest.Nodes.Items, NodeColumns.All),
        .. latest.Nodes.Unreachable.Select(n => (IRenderable)ItemTable.Cell($"{n.Text("node")} cannot be reached: {n.Text("reason")}")),
        new Text(""),
        ItemTable.Of(latest.Pools.Items, PoolColumns.All),
    ]);

    private sealed record Looks(TimeSpan Interval, long Count, string? Backend);
}
