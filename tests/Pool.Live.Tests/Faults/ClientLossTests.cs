using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Faults;

/// <summary>Clients that vanish without a word.</summary>
public abstract class ClientLossTests<TServer>(FaultRig<TServer> rig)
    where TServer : DatabaseServer, new()
{
    private const int Megabyte = 1 << 20;

    [Fact]
    public async Task The_row_lock_of_a_client_that_vanishes_in_a_transaction_is_free_again()
    {
        await using var administrator = await rig.AdministratorAsync();
        await administrator.QueryAsync("DROP TABLE IF EXISTS pool.locked");
        await administrator.QueryAsync("CREATE TABLE pool.locked (id INT PRIMARY KEY, v INT) ENGINE=InnoDB");
        await administrator.QueryAsync("INSERT INTO pool.locked VALUES (1, 1)");
        await using var node = await rig.StartNodeAsync();
        var vanishing = await node.ConnectAsync();
        await vanishing.QueryAsync("BEGIN");
        await vanishing.QueryAsync("UPDATE pool.locked SET v = 2 WHERE id = 1");
        await using (var other = await node.ConnectAsync())
        {
            var waiting = other.QueryAsync("UPDATE pool.locked SET v = v + 10 WHERE id = 1");
            vanishing.Vanish();
            await waiting.WaitAsync(TimeSpan.FromSeconds(20));
        }

        Assert.Equal("11", await administrator.QueryAsync("SELECT v FROM pool.locked"));
        await node.RestsAsync(administrator);
    }

    [Fact]
    public async Task A_client_that_vanishes_in_the_middle_of_a_large_result_holds_no_connection()
    {
        await using var administrator = await rig.AdministratorAsync();
        await using var node = await rig.StartNodeAsync();
        var vanishing = await node.ConnectAsync();
        await vanishing.SendAsync($"SELECT REPEAT('x', {64 * Megabyte})");
        var seen = 0;
        for (var buffer = new byte[Megabyte]; seen < Megabyte;)
        {
            var received = await vanishing.Transport.ReceiveAsync(buffer);
            Assert.True(received > 0, "the reply ends too soon");
            seen += received;
        }

        vanishing.Vanish();
        await node.RestsAsync(administrator);
    }

    [Fact]
    public async Task A_client_that_vanishes_in_the_middle_of_a_large_statement_holds_no_connection()
    {
        await using var administrator = await rig.AdministratorAsync();
        await using var node = await rig.StartNodeAsync();
        var vanishing = await node.ConnectAsync();
        const byte Query = 3;
        var part = new byte[5 * Megabyte];
        part.AsSpan().Fill((byte)' ');
        (part[0], part[1], part[2], part[3], part[4]) = (0, 0, 0xf0, 0, Query);
        Assert.True(await vanishing.Transport.SendAsync(part));
        vanishing.Vanish();
        await node.RestsAsync(administrator);
    }

    [Fact]
    public async Task A_client_that_vanishes_during_a_long_statement_leaves_none_behind()
    {
        await using var administrator = await rig.AdministratorAsync();
        await using var node = await rig.StartNodeAsync();
        for (var i = 0; i < 5; i++)
        {
            var vanishing = await node.ConnectAsync();
            await vanishing.QueryAsync("BEGIN");
            await vanishing.SendAsync("SELECT SLEEP(2)");
            vanishing.Vanish();
        }

        await node.RestsAsync(administrator);
    }
}

/// <summary>At MariaDB.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class MariaDbClientLossTests(FaultRig<MariaDbServer> rig) : ClientLossTests<MariaDbServer>(rig);

/// <summary>At MySQL.</summary>
[Collection(MySqlFaults.Name)]
public sealed class MySqlClientLossTests(FaultRig<MySqlServer> rig) : ClientLossTests<MySqlServer>(rig);
