using System.Diagnostics;
using System.Globalization;

namespace Pool.Load;

/// <summary>
/// Interrupts statements of one session with KILL QUERY of another, and measures from the KILL to the error at the first. Each way is a port
/// for the one and a port for the other; the ways take turns.
/// </summary>
/// <param name="ways">What each is called, and its ports: "label:port:port". The first is the database itself, which is asked what runs.</param>
/// <param name="rounds">How often each interrupts a statement.</param>
internal sealed class KillRun(IReadOnlyList<string> ways, int rounds)
{
    private const int WarmUpRounds = 20;
    private const int Interrupted = 1317;

    // Returns an error when it is interrupted, which SLEEP alone does not on every server.
    private const string Statement = "SELECT COUNT(*) FROM sbtest1 WHERE id < 3 AND SLEEP(30) = 0";

    // A KILL that comes before the statement runs hits nothing.
    private const string Running = "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE = 'User sleep'";

    /// <summary>Runs, and prints a line for each way: its percentiles, and how they relate to the first way's.</summary>
    public async Task<int> RunAsync()
    {
        using var watcher = await OpenAsync(ways[0].Split(':')[1]);
        var lines = new List<(string Label, LoadSession Victim, LoadSession Killer, LatencyHistogram Latencies)>();
        foreach (var way in ways)
        {
            var parts = way.Split(':');
            lines.Add((parts[0], await OpenAsync(parts[1]), await OpenAsync(parts[2]), new LatencyHistogram()));
        }

        for (var round = -WarmUpRounds; round < rounds; round++)
        {
            foreach (var (_, victim, killer, latencies) in lines)
            {
                var took = await KillAsync(victim, killer, watcher);
                if (round >= 0)
                {
                    latencies.Record((long)took.TotalMicroseconds);
                }
            }
        }

        var first = lines[0].Latencies;
        Console.WriteLine($"{"",-28}{"p50 ms",10}{"p99 ms",10}{"max ms",10}{"p50 of first",14}{"p99 of first",14}");
        foreach (var (label, victim, killer, latencies) in lines)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{label,-28}{latencies.Percentile(0.5) / 1e3,10:F2}{latencies.Percentile(0.99) / 1e3,10:F2}{latencies.Max / 1e3,10:F2}"
                + $"{Ratio(latencies, first, 0.5),14:F2}{Ratio(latencies, first, 0.99),14:F2}"));
            victim.Dispose();
            killer.Dispose();
        }

        return 0;
    }

    private static double Ratio(LatencyHistogram latencies, LatencyHistogram first, double fraction) =>
        (double)latencies.Percentile(fraction) / Math.Max(1, first.Percentile(fraction));

    private static async Task<LoadSession> OpenAsync(string port)
    {
        var options = new LoadOptions { Mode = LoadMode.Point, Port = int.Parse(port, CultureInfo.InvariantCulture) };
        var session = new LoadSession(options, ClientKind.Silent(deprecateEof: true), new Random(1), 0);
        await session.OpenAsync(options.Port);
        return session;
    }

    private static async Task<TimeSpan> KillAsync(LoadSession victim, LoadSession killer, LoadSession watcher)
    {
        var id = (await victim.AskAsync("SELECT CONNECTION_ID()"))[0];
        var running = victim.AskAsync(Statement);
        while (await watcher.AskAsync(Running) is not ["1"])
        {
            await Task.Delay(1);
        }

        var began = Stopwatch.GetTimestamp();
        var killing = killer.AskAsync($"KILL QUERY {id}");
        try
        {
            await running;
            throw new ServerError(ServerError.WrongAnswer, "the statement was not interrupted");
        }
        catch (ServerError e) when (e.Code == Interrupted)
        {
            var took = Stopwatch.GetElapsedTime(began);
            await killing;
            return took;
        }
    }
}
