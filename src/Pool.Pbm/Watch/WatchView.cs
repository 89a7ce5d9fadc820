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
        and for pools. On a narrow screen some columns are left out; pbm node list and pbm pool list have them all.

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
            return WatchAsync(context, parsed, looks, cancel);
        });
        return command;
    }

    private static async Task<int> WatchAsync(CommandContext context, ParseResult parsed, Looks looks, CancellationToken cancel)
    {
        using var client = context.Connect(parsed);
        var (console, output, time) = (context.Environment.Console, context.Environment.Output, context.Environment.Time);
        if (context.WantsJson(parsed))
        {
            return await LookAsync(client, looks, time, l => output.WriteLine($"{{\"nodes\":{l.Nodes.Text},\"pools\":{l.Pools.Text}}}"), cancel);
        }

        // Where nothing can be drawn over, as in a file, one look stands below the other, and lines are as long as they are.
        return console.Profile.Out.IsTerminal
            ? await console.Live(new Text("")).StartAsync(live => LookAsync(client, looks, time, l => live.UpdateTarget(Draw(l, time, console.Profile.Width)), cancel))
            : await LookAsync(client, looks, time, l =>
            {
                ItemTable.Widen(console, Math.Max(ItemTable.WidthOf(l.Nodes.Items, NodeColumns.All), ItemTable.WidthOf(l.Pools.Items, PoolColumns.All)));
                console.Write(Draw(l, time, console.Profile.Width));
                console.WriteLine();
            }, cancel);
    }

    private static async Task<int> LookAsync(
        AdminClient client, Looks looks, TimeProvider time, Action<(AdminAnswer Nodes, AdminAnswer Pools)> show, CancellationToken cancel)
    {
        for (var left = looks.Count; ; left--)
        {
            var latest = await LookAsync(client, looks, cancel);
            show(latest);
            if (left <= 1)
            {
                return CommandContext.ExitCodeOf(latest.Nodes);
            }

            await Task.Delay(looks.Interval, time, cancel);
        }
    }

    private static async Task<(AdminAnswer Nodes, AdminAnswer Pools)> LookAsync(AdminClient client, Looks looks, CancellationToken cancel) =>
        (await client.GetAsync("/v1/nodes", [], cancel), await client.GetAsync("/v1/pools", [new("backend", looks.Backend)], cancel));

    private static Rows Draw((AdminAnswer Nodes, AdminAnswer Pools) latest, TimeProvider time, int width) => new(
    [
        ItemTable.Cell($"cluster {latest.Nodes.Cluster} at {time.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture)}"),
        new Text(""),
        ItemTable.Of(latest.Nodes.Items, ItemTable.Fitting(latest.Nodes.Items, NodeColumns.All, width)),
        .. latest.Nodes.Unreachable.Select(n => (IRenderable)ItemTable.Cell($"{n.Text("node")} cannot be reached: {n.Text("reason")}")),
        new Text(""),
        ItemTable.Of(latest.Pools.Items, ItemTable.Fitting(latest.Pools.Items, PoolColumns.All, width)),
    ]);

    private sealed record Looks(TimeSpan Interval, long Count, string? Backend);
}
