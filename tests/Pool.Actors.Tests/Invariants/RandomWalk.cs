using Pool.Testing;
using Pool.Wire.Commands;

namespace Pool.Actors.Tests.Invariants;

/// <summary>
/// Many clients that do what clients do, in an order that a seed decides, against one node: statements with and without state,
/// transactions, kills, and leaving in every way. Time passes only between steps.
/// </summary>
internal sealed class RandomWalk(TestNode node, int seed)
{
    private readonly Lock _drawing = new();
    private readonly Random _random = new(seed);
    private int _serial;

    /// <summary>True for the long runs.</summary>
    public static bool IsLong => Environment.GetEnvironmentVariable("POOL_TEST_LONG") == "1";

    /// <summary>The seeds of a run.</summary>
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, IsLong ? 50 : 3)];

    /// <summary>Checked after every statement; throws.</summary>
    public Func<FakeClient, string, FakeClientResult, Task>? Check { get; init; }

    /// <summary>Done again and again while the clients run, as time passes; not at the same time as itself.</summary>
    public Action? Meanwhile { get; init; }

    /// <summary>How many statements each client sends.</summary>
    public int Steps { get; init; } = IsLong ? 500 : 150;

    /// <summary>Draws a number below a limit.</summary>
    public int Draw(int below)
    {
        lock (_drawing)
        {
            return _random.Next(below);
        }
    }

    /// <summary>Runs so many clients at once, while time passes, to their end.</summary>
    public async Task RunAsync(int clients)
    {
        var all = Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(ClientAsync)));
        while (!all.IsCompleted)
        {
            node.Time.Advance(TimeSpan.FromMilliseconds(Draw(300)));
            Meanwhile?.Invoke();
            await Task.WhenAny(all, Task.Delay(1));
        }

        await all;
        await TestNode.UntilAsync(() => node.Services.Sessions.Count == 0, $"all sessions end (seed {seed})");
        await node.RestAsync();
    }

    private async Task ClientAsync()
    {
        for (var left = Steps; left > 0;)
        {
            var client = await ConnectAsync();
            while (client is not null && --left > 0)
            {
                if (!await StepAsync(client))
                {
                    client = null;
                }
            }

            client?.Transport.Close();
        }
    }

    private async Task<FakeClient?> ConnectAsync()
    {
        var client = node.Connect();
        var database = Draw(3) switch { 0 => null, 1 => "a", _ => "b" };
        var user = Draw(2) == 0 ? "app" : "other";
        var collation = (byte)(Draw(4) == 0 ? 8 : 45);
        var result = await client.MeetAsync() ?? await client.LogInAsync(user, database, FakeClient.Flags, collation);
        return result.Succeeded ? client : null;
    }

    private async Task<bool> StepAsync(FakeClient client)
    {
        var serial = Interlocked.Increment(ref _serial);
        var tag = $"/* {client.ConnectionId}:{serial} */";
        switch (Draw(24))
        {
            case 0:
                return await StateAsync(client, $"SET @v = {serial} {tag}");
            case 11:
                return await StateAsync(client, $"SELECT @v {tag}");
            case 1:
                return await StateAsync(client, "BEGIN");
            case 2:
                return await StateAsync(client, "COMMIT");
            case 3:
                return (await client.RunAsync(CommandCode.ResetConnection)).Succeeded;
            case 4:
                return await StateAsync(client, $"INSERT IGNORE {tag}");
            case 5:
                return await StateAsync(client, $"USE {(Draw(2) == 0 ? "a" : "b")}");
            case 6:
                return await StateAsync(client, $"KILL QUERY {AnySession()}");
            case 7:
                return await StateAsync(client, $"CREATE TEMPORARY TABLE t{serial}_{client.ConnectionId} (a INT)");
            case 8 when Draw(3) == 0:
                await client.SendAsync(CommandCode.Query, "SELECT 'left' LIMIT 50"u8.ToArray());
                client.Transport.Abort();
                return false;
            case 9 when Draw(3) == 0:
                await client.SendAsync(CommandCode.Quit);
                return false;
            case 10:
                return await StateAsync(client, $"INSERT '{new string('x', 20_000)}' {tag}");
            default:
                return await StateAsync(client, $"SELECT {serial} LIMIT {1 + Draw(5)} {tag}");
        }
    }

    private uint AnySession()
    {
        var sessions = node.Services.Sessions.All().Take(8).ToList();
        return sessions.Count == 0 ? 1 : sessions[Draw(sessions.Count)].Id.Value;
    }

    private async Task<bool> StateAsync(FakeClient client, string sql)
    {
        var result = await client.QueryAsync(sql);
        await (Check?.Invoke(client, sql, result) ?? Task.CompletedTask);
        return !result.IsClosed;
    }
}
