using System.Globalization;
using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;
using Pool.Live.Tests.Twin;

namespace Pool.Live.Tests.Settings;

/// <summary>
/// Connections and statements are killed at random, resets and repaints too, and globals change: no session ever sees settings
/// that it has not made, and no statement runs twice.
/// </summary>
public abstract class SettingsFaultTests<TServer>(FaultRig<TServer> rig)
    where TServer : DatabaseServer, new()
{
    private const int Seed = 7, Clients = 16;

    // Those that docs/errors.md has, and those of servers that end connections or statements; 0: the connection ended.
    private static readonly int[] s_documented = [0, 1053, 1105, 1205, 1317, 1429, 1927, 4031];
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(Environment.GetEnvironmentVariable("POOL_TEST_LONG") == "1" ? 600 : 12);

    [Fact]
    public async Task Sessions_keep_their_settings_while_connections_are_killed_and_globals_change()
    {
        await using var administrator = await rig.AdministratorAsync();
        await administrator.QueryAsync("DROP TABLE IF EXISTS pool.faulty");
        await administrator.QueryAsync("CREATE TABLE pool.faulty (id VARCHAR(40), KEY (id)) ENGINE=InnoDB");
        await using var node = await rig.StartNodeAsync(new NodeSettings { MaxConnections = 5 });
        var identity = new WireIdentity(FaultNode.User, FaultNode.UserPassword, "pool");
        var sessions = Enumerable.Range(0, Clients).Select(n => new FaultySession(n, node.Process.Port, identity, Seed)).ToArray();
        using (var stop = new CancellationTokenSource(s_time))
        {
            var running = sessions.Select(s => Task.Run(() => s.RunAsync(stop.Token))).ToArray();
            await DisturbAsync(administrator, stop.Token);
            await Task.WhenAll(running);
        }

        await administrator.QueryAsync("SET GLOBAL join_buffer_size = DEFAULT");
        Assert.True(sessions.All(s => s.Wrong.IsEmpty), $"seed {Seed}:\n{string.Join("\n", sessions.SelectMany(s => s.Wrong).Take(20))}");
        Assert.Empty(sessions.SelectMany(s => s.Errors.Keys).Distinct().Except(s_documented));
        Assert.True(sessions.Sum(s => s.Reads) > 100, $"only {sessions.Sum(s => s.Reads)} reads");
        await VerifyRowsAsync(administrator, sessions);
        await node.RestsAsync(administrator);
    }

    // Of the account's threads, one now and then; and a global that nobody sets in a session.
    private static async Task DisturbAsync(SqlClient administrator, CancellationToken stop)
    {
        var random = new Random(Seed);
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var victim = await administrator.QueryAsync(
                $"SELECT ID FROM information_schema.PROCESSLIST WHERE USER = '{FaultRig<TServer>.Account}' ORDER BY RAND({random.Next()}) LIMIT 1");
            if (victim is not null)
                await administrator.TryAsync($"KILL {(random.Next(3) == 0 ? "CONNECTION" : "QUERY")} {victim}");
            if (i % 10 == 0)
                await administrator.QueryAsync($"SET GLOBAL join_buffer_size = {(300 + random.Next(100)) * 1024}");
            await Task.Delay(random.Next(30), CancellationToken.None);
        }
    }

    private static async Task VerifyRowsAsync(SqlClient administrator, FaultySession[] sessions)
    {
        var result = await administrator.TryAsync("SELECT id, COUNT(*) FROM pool.faulty GROUP BY id");
        var counts = result.Rows.ToDictionary(r => r[0]!, r => int.Parse(r[1]!, CultureInfo.InvariantCulture));
        foreach (var (id, acknowledged) in sessions.SelectMany(s => s.Rows))
        {
            var count = counts.GetValueOrDefault(id);
            var isRight = acknowledged switch { true => count == 1, false => count == 0, null => count <= 1 };
            Assert.True(isRight, $"row {id} is there {count} times, acknowledged: {acknowledged} (seed {Seed})");
        }
    }
}

/// <summary>At MariaDB.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class MariaDbSettingsFaultTests(FaultRig<MariaDbServer> rig) : SettingsFaultTests<MariaDbServer>(rig);

/// <summary>At MySQL.</summary>
[Collection(MySqlFaults.Name)]
public sealed class MySqlSettingsFaultTests(FaultRig<MySqlServer> rig) : SettingsFaultTests<MySqlServer>(rig);
