using System.Diagnostics;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Faults;

/// <summary>SIGTERM: the node ends in good order.</summary>
public abstract class DrainTests<TServer>(FaultRig<TServer> rig)
    where TServer : DatabaseServer, new()
{
    private const int ShuttingDown = 1053;

    [Fact]
    public async Task A_transaction_may_finish_while_others_are_told_to_go()
    {
        await using var administrator = await rig.AdministratorAsync();
        await CreateTableAsync(administrator);
        await using var node = await rig.StartNodeAsync();
        await using var idle = await node.ConnectAsync();
        await using var busy = await node.ConnectAsync();
        await idle.QueryAsync("SELECT 1");
        await busy.QueryAsync("BEGIN");
        await busy.QueryAsync("INSERT INTO pool.drained VALUES (1)");

        node.Process.Send(Signal.Terminate);
        Assert.Equal(ShuttingDown, await idle.LastWordsAsync());
        Assert.Null((await node.TryConnectAsync()).Client);
        await busy.QueryAsync("INSERT INTO pool.drained VALUES (2)");
        await busy.QueryAsync("COMMIT");
        Assert.Equal(ShuttingDown, await busy.LastWordsAsync());

        Assert.Equal(0, await node.Process.ExitAsync());
        Assert.Equal("2", await administrator.QueryAsync("SELECT COUNT(*) FROM pool.drained"));
        Assert.Equal(0, await ProcessList.CountAsync(administrator, FaultRig<TServer>.Account));
    }

    [Fact]
    public async Task What_does_not_end_by_itself_is_cut_off_at_the_deadline_and_leaves_nothing_at_the_server()
    {
        await using var administrator = await rig.AdministratorAsync();
        await CreateTableAsync(administrator);
        await using var node = await rig.StartNodeAsync(new NodeSettings { DrainTimeout = TimeSpan.FromSeconds(1) });
        await using var transaction = await node.ConnectAsync();
        await using var running = await node.ConnectAsync();
        await transaction.QueryAsync("BEGIN");
        await transaction.QueryAsync("INSERT INTO pool.drained VALUES (1)");
        var statement = running.TryAsync("SELECT SLEEP(40)");

        node.Process.Send(Signal.Terminate);
        Assert.Equal(0, await node.Process.ExitAsync());
        Assert.NotEqual(0, (await statement).ErrorCode);
        Assert.Equal(-1, (await transaction.TryAsync("COMMIT")).ErrorCode);
        await Eventually.TrueAsync(
            async () => await ProcessList.CountAsync(administrator, FaultRig<TServer>.Account) == 0,
            () => $"connections are left at the server\n{node.Process.Log}");
        Assert.Equal("0", await administrator.QueryAsync("SELECT COUNT(*) FROM pool.drained"));
    }

    [Fact]
    public async Task A_server_that_stands_still_does_not_keep_the_node_from_its_end()
    {
        await using var administrator = await rig.AdministratorAsync();
        await CreateTableAsync(administrator);
        await using var node = await rig.StartNodeAsync(new NodeSettings { DrainTimeout = TimeSpan.Zero, HasSecondBackend = true });
        await using var first = await node.ConnectAsync();
        await using var second = await node.ConnectAsync(user: FaultNode.SecondUser);
        foreach (var transaction in new[] { first, second })
        {
            await transaction.QueryAsync("BEGIN");
            await transaction.QueryAsync("INSERT INTO pool.drained VALUES (1)");
        }

        await rig.Server.SignalAsync(Signal.Stop);
        try
        {
            var ending = Stopwatch.StartNew();
            node.Process.Send(Signal.Terminate);
            Assert.Equal(0, await node.Process.ExitAsync());
            Assert.InRange(ending.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(15));
        }
        finally
        {
            await rig.Server.SignalAsync(Signal.Continue);
        }

        await Eventually.TrueAsync(
            async () => await ProcessList.CountAsync(administrator, FaultRig<TServer>.Account) == 0, () => "connections are left at the server");
        Assert.Equal("0", await administrator.QueryAsync("SELECT COUNT(*) FROM pool.drained"));
    }

    private static async Task CreateTableAsync(SqlClient administrator)
    {
        await administrator.QueryAsync("DROP TABLE IF EXISTS pool.drained");
        await administrator.QueryAsync("CREATE TABLE pool.drained (id INT) ENGINE=InnoDB");
    }
}

/// <summary>At MariaDB.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class MariaDbDrainTests(FaultRig<MariaDbServer> rig) : DrainTests<MariaDbServer>(rig);

/// <summary>At MySQL.</summary>
[Collection(MySqlFaults.Name)]
public sealed class MySqlDrainTests(FaultRig<MySqlServer> rig) : DrainTests<MySqlServer>(rig);
