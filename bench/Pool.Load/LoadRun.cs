using System.Runtime.InteropServices;

namespace Pool.Load;

/// <summary>Opens the clients, lets them run, and reports.</summary>
internal sealed class LoadRun(LoadOptions options)
{
    // Logins that are under way at once; servers refuse or drop more than their backlog.
    private const int OpenAtOnce = 64;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly RunClock _clock = new();

    /// <summary>0 if no client met an error, else 1. Throws what <see cref="LoadClient.OpenAsync"/> throws.</summary>
    public async Task<int> RunAsync()
    {
        var clients = new LoadClient[options.Connections];
        await Parallel.ForAsync(0, clients.Length, new ParallelOptions { MaxDegreeOfParallelism = OpenAtOnce }, async (i, _) =>
        {
            clients[i] = new LoadClient(options, _clock, i);
            await clients[i].OpenAsync();
        });
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

        var report = LoadReport.From(options, clients, _clock.Elapsed, before, await WatchedProcess.ReadAsync(options));
        await Console.Out.WriteLineAsync(options.Json ? report.ToJson() : report.ToString());
        return report.Errors == 0 ? 0 : 1;
    }
}
