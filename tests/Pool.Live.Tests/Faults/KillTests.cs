using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Faults;

/// <summary>KILL through the node, by the ids that clients know.</summary>
public abstract class KillTests<TServer>(FaultRig<TServer> rig)
    where TServer : DatabaseServer, new()
{
    private const int Interrupted = 1317;

    // A SLEEP that is interrupted is an error at MariaDB, and 1 instead of 0 at MySQL.
    [Theory]
    [InlineData("QUERY")]
    [InlineData("CONNECTION")]
    public async Task A_kill_hits_no_other_session_than_the_one_that_it_names(string scope)
    {
        const int Seed = 6, Rounds = 150, Bystanders = 8;
        await using var administrator = await rig.AdministratorAsync();
        await using var node = await rig.StartNodeAsync(new NodeSettings { MaxConnections = 5 });
        await using (var killer = await node.ConnectAsync())
        {
            var ended = false;
            var bystanders = Enumerable.Range(0, Bystanders).Select(async _ =>
            {
                await using var bystander = await node.ConnectAsync();
                for (var i = 0; !ended; i++)
                    Assert.Equal($"{i}:0", await bystander.QueryAsync($"SELECT CONCAT({i}, ':', SLEEP(0.001))"));
            }).ToArray();
            var (random, victim) = (new Random(Seed), await node.ConnectAsync());
            for (var round = 0; round < Rounds; round++)
            {
                // Short ones: many a KILL comes when the statement is over and its connection is another session's.
                var statement = victim.TryAsync($"SELECT {round}, SLEEP({random.Next(4) / 1000.0})");
                await Task.Delay(random.Next(4));
                await killer.QueryAsync($"KILL {scope} {victim.Id}");
                var result = await statement;
                if (scope == "CONNECTION")
                {
                    Assert.NotEqual(0, (await victim.TryAsync("SELECT 7")).ErrorCode);
                    victim = await node.ConnectAsync();
                }

                Assert.True(result.ErrorCode is 0 or Interrupted || scope == "CONNECTION", $"{result} (seed {Seed})");
                Assert.Equal("7", await victim.QueryAsync("SELECT 7"));
            }

            ended = true;
            await Task.WhenAll(bystanders);
            await victim.DisposeAsync();
        }

        await node.RestsAsync(administrator);
    }

    [Fact]
    public async Task A_long_statement_ends_when_it_is_killed_and_its_session_goes_on()
    {
        await using var administrator = await rig.AdministratorAsync();
        await using var node = await rig.StartNodeAsync();
        await using (var killer = await node.ConnectAsync())
        await using (var victim = await node.ConnectAsync())
        {
            var statement = victim.TryAsync(Endless);
            await RunsAsync(administrator);
            await killer.QueryAsync($"KILL QUERY {victim.Id}");
            Assert.Equal(Interrupted, (await statement.WaitAsync(TimeSpan.FromSeconds(20))).ErrorCode);
            Assert.Equal("1", await victim.QueryAsync("SELECT 1"));
        }

        await node.RestsAsync(administrator);
    }

    [Fact]
    public async Task A_killed_session_is_gone_at_both_ends_and_its_transaction_with_it()
    {
        await using var administrator = await rig.AdministratorAsync();
        await administrator.QueryAsync("DROP TABLE IF EXISTS pool.victim");
        await administrator.QueryAsync("CREATE TABLE pool.victim (id INT) ENGINE=InnoDB");
        await using var node = await rig.StartNodeAsync();
        await using (var killer = await node.ConnectAsync())
        {
            var victim = await node.ConnectAsync();
            await victim.QueryAsync("BEGIN");
            await victim.QueryAsync("INSERT INTO pool.victim VALUES (1)");
            var statement = victim.TryAsync(Endless);
            await RunsAsync(administrator);
            await killer.QueryAsync($"KILL {victim.Id}");
            Assert.NotEqual(0, (await statement.WaitAsync(TimeSpan.FromSeconds(20))).ErrorCode);
            Assert.Equal(1094, (await KillAgainAsync(killer, victim.Id)).ErrorCode);
        }

        await node.RestsAsync(administrator);
        Assert.Equal("0", await administrator.QueryAsync("SELECT COUNT(*) FROM pool.victim"));
    }

    // SLEEP alone is not an error when it is interrupted; this one is.
    private static string Endless => "SELECT /* endless */ COUNT(*) FROM information_schema.COLLATIONS WHERE SLEEP(30) = 0 AND SLEEP(30) = 0";

    private static Task RunsAsync(SqlClient administrator) => Eventually.TrueAsync(
        async () => await administrator.QueryAsync(
            "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'SELECT /* endless%' AND STATE LIKE '%sleep%'") == "1",
        () => "the statement does not begin");

    // Its session is gone as soon as the connection has been given up, which may be a moment after the client knows.
    private static async Task<Pool.Actors.Backends.QueryResult> KillAgainAsync(SqlClient killer, ulong id)
    {
        var again = await killer.TryAsync($"KILL {id}");
        await Eventually.TrueAsync(async () => (again = await killer.TryAsync($"KILL {id}")).ErrorCode != 0, () => "it lives on");
        return again;
    }
}

/// <summary>At MariaDB.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class MariaDbKillTests(FaultRig<MariaDbServer> rig) : KillTests<MariaDbServer>(rig);

/// <summary>At MySQL.</summary>
[Collection(MySqlFaults.Name)]
public sealed class MySqlKillTests(FaultRig<MySqlServer> rig) : KillTests<MySqlServer>(rig);
