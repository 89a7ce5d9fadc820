using System.Runtime.InteropServices;

namespace Pool.Load;

/// <summary>Opens the clients, lets them run, and reports.</summary>
internal sealed class LoadRun(LoadOptions options)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly RunClock _clock = new();

    private readonly IReadOnlyList<ClientKind> _kinds =
        options.Kinds.Length > 0 ? ClientKind.Read(options.Kinds) : [ClientKind.Silent(options.DeprecateEof)];

    /// <summary>0 if no client met an error, else 1. Throws the <see cref="ServerError"/> of a client if none could be opened.</summary>
    public async Task<int> RunAsync()
    {
        var clients = new LoadClient[options.Connections];
        await Parallel.ForAsync(0, clients.Length, new ParallelOptions { MaxDegreeOfParallelism = options.OpenAtOnce }, async (i, _) =>
        {
            clients[i] = new LoadClient(options, _kinds[i % _kinds.Count], _clock, i);
            await clients[i].OpenAsync();
        });
        var opened = clients.Count(c => c.Failure is null);
        if (opened == 0 || (options.Mode == LoadMode.Idle && opened < clients.Length))
        {
            throw clients.First(c => c.Failure is not null).Failure!;
        }

        if (_kinds.Where(k => k.State is not null).GroupBy(k => k.State).Any(g => g.Count() > 1))
        {
            throw new ServerError(ServerError.WrongAnswer, "two kinds of clients are in the same state: their start-up statements had no effect");
        }

        return options.Mode == LoadMode.Idle ? await HoldAsync(clients) : await MeasureAsync(clients);
    }

    private static async Task<int> HoldAsync(LoadClient[] clients)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            context.Cancel = true;
            end.TrySetResult();
        });
        await Console.Out.WriteLineAsync("ready");
        await Task.WhenAny(Task.Run(() => Console.In.ReadToEnd()), end.Task);
        foreach (var client in clients)
        {
            client.Dispose();
        }

        return 0;
    }

    private async Task<int> MeasureAsync(LoadClient[] clients)
    {
        var runs = Array.ConvertAll(clients, c => Task.Run(c.RunAsync));
        await Task.Delay(TimeSpan.FromSeconds(options.Warmup));
        var serverBefore = await ServerCounters.ReadAsync(options);
        var before = await WatchedProcess.ReadAsync(options);
        _clock.Start();
        await Task.Delay(TimeSpan.FromSeconds(options.Seconds));
        _clock.Stop();

        // A client that still waits is part of the result: its latency counts when the reply comes, and it failed when none does.
        var all = Task.WhenAll(runs);
        if (await Task.WhenAny(all, Task.Delay(s_patience)) != all)
        {
            foreach (var client in clients)
            {
                client.Dispose();
            }

            await all;
        }

        var elapsed = _clock.Elapsed;
        var cost = (await WatchedProcess.ReadAsync(options))?.Since(before!);
        var report = LoadReport.From(options, clients, elapsed, cost, Difference(await ServerCounters.ReadAsync(options), serverBefore));
        await Console.Out.WriteLineAsync(options.Json ? report.ToJson() : report.ToString());
        return report.Errors == 0 ? 0 : 1;
    }

    private static IEnumerable<KeyValuePair<string, double>> Difference(IReadOnlyDictionary<string, double> now, IReadOnlyDictionary<string, double> before) =>
        now.Select(c => KeyValuePair.Create(c.Key, c.Value - before[c.Key]));
}
