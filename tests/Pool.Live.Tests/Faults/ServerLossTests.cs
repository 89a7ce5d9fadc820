using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Faults;

/// <summary>The server goes away, and comes back; or ends connections one by one.</summary>
public abstract class ServerLossTests<TServer>(FaultRig<TServer> rig)
    where TServer : DatabaseServer, new()
{
    private const int Clients = 30;

    [Theory]
    [InlineData(Signal.Terminate, 2)]
    [InlineData(Signal.Kill, 3)]
    public async Task A_server_that_ends_and_comes_back_under_load_costs_only_errors(Signal signal, int seed)
    {
        await using var node = await rig.StartNodeAsync();
        Traffic traffic;
        await using (var before = await rig.AdministratorAsync())
            traffic = await Traffic.StartAsync(before, node, Clients, seed);
        await using (var held = await node.ConnectAsync())
        {
            var statement = held.TryAsync("SELECT 1, SLEEP(40)");
            await traffic.ProgressAsync(100);
            await rig.Server.EndAsync(signal);
            await rig.Server.StartAsync();
            await statement.WaitAsync(TimeSpan.FromSeconds(10));
        }

        await traffic.ProgressAsync(200);
        await traffic.StopAsync();
        await using var after = await rig.AdministratorAsync();
        await traffic.VerifyAsync(after);
        Assert.True(traffic.Errors > 0, "the fault hit nobody");
        await node.RestsAsync(after);
    }

    // Clients that never pause keep all connections busy; with those that do, most are idle when they are killed.
    [Theory]
    [InlineData(0, 4)]
    [InlineData(100, 5)]
    public async Task Connections_killed_at_the_server_never_make_a_statement_run_twice(int thinking, int seed)
    {
        const int Kills = 150;
        await using var administrator = await rig.AdministratorAsync();
        await using var node = await rig.StartNodeAsync();
        var traffic = await Traffic.StartAsync(administrator, node, Clients, seed, thinking);
        var random = new Random(seed);
        for (var killed = 0; killed < Kills;)
        {
            var ids = (await administrator.TryAsync(
                $"SELECT id FROM information_schema.PROCESSLIST WHERE USER = '{FaultRig<TServer>.Account}'")).Rows;
            if (ids.Count > 0 && (await administrator.TryAsync($"KILL {ids[random.Next(ids.Count)][0]}")).Succeeded)
                killed++;
            await Task.Delay(random.Next(40));
        }

        await traffic.ProgressAsync(200);
        await traffic.StopAsync();
        await traffic.VerifyAsync(administrator);
        Assert.True(traffic.Errors > 0, "the kills hit nobody");
        await node.RestsAsync(administrator);
    }

    [Fact]
    public async Task A_session_whose_transaction_was_lost_is_told_so_and_ends()
    {
        const int Lost = 1105;
        await using var administrator = await rig.AdministratorAsync();
        await administrator.QueryAsync("DROP TABLE IF EXISTS pool.lost");
        await administrator.QueryAsync("CREATE TABLE pool.lost (id INT) ENGINE=InnoDB");
        await using var node = await rig.StartNodeAsync();
        await using (var client = await node.ConnectAsync())
        {
            await client.QueryAsync("BEGIN");
            await client.QueryAsync("INSERT INTO pool.lost VALUES (1)");
            foreach (var row in (await administrator.TryAsync(
                $"SELECT id FROM information_schema.PROCESSLIST WHERE USER = '{FaultRig<TServer>.Account}'")).Rows)
                await administrator.QueryAsync($"KILL {row[0]}");
            Assert.Equal(Lost, (await client.TryAsync("INSERT INTO pool.lost VALUES (2)")).ErrorCode);
            Assert.Equal(-1, (await client.TryAsync("INSERT INTO pool.lost VALUES (3)")).ErrorCode);
        }

        await node.RestsAsync(administrator);
        Assert.Equal("0", await administrator.QueryAsync("SELECT COUNT(*) FROM pool.lost"));
    }

    [Fact]
    public async Task Idle_connections_that_the_server_has_closed_are_noticed_before_anybody_gets_them()
    {
        const int Sessions = 8, Rounds = 4;
        await using var administrator = await rig.AdministratorAsync();
        var usual = await administrator.QueryAsync("SELECT @@global.wait_timeout");
        await administrator.QueryAsync("CREATE TABLE IF NOT EXISTS pool.awaited (id INT)");
        await administrator.QueryAsync("SET GLOBAL wait_timeout = 2");
        try
        {
            await using var node = await rig.StartNodeAsync();
            var clients = await Task.WhenAll(Enumerable.Range(0, Sessions).Select(_ => node.ConnectAsync()));
            for (var round = 0; round < Rounds; round++)
            {
                var used = await UseAtOnceAsync(clients, administrator);
                await Eventually.TrueAsync(
                    async () => (await administrator.TryAsync($"SELECT id FROM information_schema.PROCESSLIST WHERE id IN ({used})")).Rows.Count == 0,
                    () => "the server does not close idle connections");
            }

            foreach (var client in clients)
                await client.DisposeAsync();
            await node.RestsAsync(administrator);
        }
        finally
        {
            await administrator.QueryAsync($"SET GLOBAL wait_timeout = {usual}");
        }
    }

    // Each client gets a connection of its own: all of them wait for one table. Answers with the connections' ids.
    private static async Task<string> UseAtOnceAsync(SqlClient[] clients, SqlClient administrator)
    {
        await administrator.QueryAsync("LOCK TABLES pool.awaited WRITE");
        var reads = clients.Select(c => c.QueryAsync("SELECT COUNT(*) FROM pool.awaited")).ToArray();
        var waiting = new List<string?>();
        await Eventually.TrueAsync(
            async () =>
            {
                var rows = (await administrator.TryAsync(
                    $"SELECT id FROM information_schema.PROCESSLIST WHERE USER = '{FaultRig<TServer>.Account}' AND INFO LIKE '%pool.awaited'")).Rows;
                waiting = [.. rows.Select(r => r[0])];
                return waiting.Count == clients.Length || reads.Any(r => r.IsCompleted);
            },
            () => $"{waiting.Count} of {clients.Length} clients have a connection");
        Assert.All(reads, r => Assert.False(r.IsCompleted, $"one did not wait: {r.Exception}"));
        await administrator.QueryAsync("UNLOCK TABLES");
        await Task.WhenAll(reads);
        return string.Join(',', waiting);
    }
}

/// <summary>At MariaDB.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class MariaDbServerLossTests(FaultRig<MariaDbServer> rig) : ServerLossTests<MariaDbServer>(rig);

/// <summary>At MySQL.</summary>
[Collection(MySqlFaults.Name)]
public sealed class MySqlServerLossTests(FaultRig<MySqlServer> rig) : ServerLossTests<MySqlServer>(rig);
