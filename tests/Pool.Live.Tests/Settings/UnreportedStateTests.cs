using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;
using Pool.Wire.Replies;

namespace Pool.Live.Tests.Settings;

/// <summary>What a server does not tell, neither by trackers nor by status flags.</summary>
public abstract class UnreportedStateTests<TServer>(FaultRig<TServer> rig)
    where TServer : DatabaseServer, new()
{
    /// <summary>Two connections for sessions, and one for control.</summary>
    private static readonly NodeSettings s_small = new() { MaxConnections = 3 };

    [Fact]
    public async Task A_savepoint_before_the_first_statement_of_a_transaction_is_there_in_it()
    {
        await using var administrator = await rig.AdministratorAsync();
        await administrator.QueryAsync("DROP TABLE IF EXISTS pool.saved");
        await administrator.QueryAsync("CREATE TABLE pool.saved (id INT PRIMARY KEY) ENGINE=InnoDB");
        await using var node = await rig.StartNodeAsync(s_small);
        await using var first = await node.ConnectAsync();
        await using var second = await node.ConnectAsync();
        await first.QueryAsync("SET autocommit = 0");
        await first.QueryAsync("SAVEPOINT s");
        Assert.Equal(ServerStatus.None, first.Last.Status & ServerStatus.InTransaction);
        await second.QueryAsync("BEGIN");
        await first.QueryAsync("INSERT INTO pool.saved VALUES (1)");
        Assert.Equal(0, (await first.TryAsync("ROLLBACK TO s")).ErrorCode);
        await first.QueryAsync("COMMIT");
        Assert.Equal("0", await administrator.QueryAsync("SELECT COUNT(*) FROM pool.saved"));
    }
}

/// <summary>At MariaDB.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class MariaDbUnreportedStateTests(FaultRig<MariaDbServer> rig) : UnreportedStateTests<MariaDbServer>(rig);

/// <summary>At MySQL.</summary>
[Collection(MySqlFaults.Name)]
public sealed class MySqlUnreportedStateTests(FaultRig<MySqlServer> rig) : UnreportedStateTests<MySqlServer>(rig);
