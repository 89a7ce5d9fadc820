using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Settings;

/// <summary>A server with a binary log: MariaDB reports the number of each transaction there as a variable of the session.</summary>
public abstract class BinaryLogTests<TServer>
    where TServer : DatabaseServer, new()
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Sessions_that_write_share_a_connection_and_each_knows_the_number_of_its_own_transaction()
    {
        await using var server = new TServer();
        await server.StartAsync("--log-bin=binlog", "--server-id=1");
        foreach (var account in new[] { FaultRig<TServer>.Account, FaultRig<TServer>.OtherAccount })
        {
            await server.QueryAsync($"CREATE USER {account} IDENTIFIED BY '{FaultNode.AccountPassword}'; GRANT ALL ON *.* TO {account}");
        }

        await server.QueryAsync("CREATE TABLE pool.logged (id INT AUTO_INCREMENT PRIMARY KEY)");
        await using var node = new FaultNode(server);
        await node.LaunchAsync(new NodeSettings { MaxConnections = 2 });
        await node.Process.ReadyAsync();
        await using var first = await node.ConnectAsync();
        await using var second = await node.ConnectAsync();
        await first.QueryAsync("INSERT INTO pool.logged VALUES ()");
        await second.QueryAsync("INSERT INTO pool.logged VALUES ()").WaitAsync(s_patience);
        await first.QueryAsync("DO 1").WaitAsync(s_patience);
        if (server is not MariaDbServer)
        {
            return;
        }

        var mine = await second.QueryAsync("SELECT @@last_gtid");
        Assert.NotEqual("", mine);
        Assert.NotEqual(mine, await first.QueryAsync("SELECT @@last_gtid"));
        await first.QueryAsync("INSERT INTO pool.logged VALUES ()");
        Assert.Equal(mine, await second.QueryAsync("SELECT @@session.last_gtid AS g WHERE @@last_gtid <> ''"));
    }
}

/// <summary>MariaDB's.</summary>
public sealed class MariaDbBinaryLogTests : BinaryLogTests<MariaDbServer>;

/// <summary>MySQL's.</summary>
public sealed class MySqlBinaryLogTests : BinaryLogTests<MySqlServer>;
