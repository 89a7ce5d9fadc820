using System.Text;
using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;
using Pool.Wire.Commands;

namespace Pool.Live.Tests.Settings;

/// <summary>A session whose current database somebody else has dropped can still choose another.</summary>
public abstract class DroppedDatabaseTests<TServer>(FaultRig<TServer> rig)
    where TServer : DatabaseServer, new()
{
    private const int UnknownDatabase = 1049;

    /// <summary>One connection for sessions, and one for control.</summary>
    private static readonly NodeSettings s_smallest = new() { MaxConnections = 2 };

    [Theory]
    [InlineData(CommandCode.Query, "USE kept")]
    [InlineData(CommandCode.InitDb, "kept")]
    public async Task A_session_leaves_a_database_that_was_dropped(CommandCode command, string text)
    {
        await using var administrator = await rig.AdministratorAsync();
        await administrator.QueryAsync("CREATE DATABASE IF NOT EXISTS gone");
        await administrator.QueryAsync("CREATE DATABASE IF NOT EXISTS kept");
        await using var node = await rig.StartNodeAsync(s_smallest);
        await using var client = await node.ConnectAsync();
        await using var other = await node.ConnectAsync();
        await client.QueryAsync("USE gone");
        await client.QueryAsync("SET div_precision_increment = 7");
        await other.QueryAsync("USE mysql");
        await administrator.QueryAsync("DROP DATABASE gone");
        Assert.Equal("mysql", await other.QueryAsync("SELECT DATABASE()"));
        Assert.Equal(UnknownDatabase, (await client.TryAsync("USE nowhere")).ErrorCode);
        Assert.Equal("mysql", await other.QueryAsync("SELECT DATABASE()"));

        var chosen = await client.RunAsync(command, Encoding.UTF8.GetBytes(text));

        Assert.Equal(0, chosen.Summary.ErrorCode);
        Assert.Equal("mysql", await other.QueryAsync("SELECT DATABASE()"));
        Assert.Equal("kept", await client.QueryAsync("SELECT DATABASE()"));
        Assert.Equal("7", await client.QueryAsync("SELECT @@div_precision_increment"));
    }
}

/// <summary>At MariaDB.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class MariaDbDroppedDatabaseTests(FaultRig<MariaDbServer> rig) : DroppedDatabaseTests<MariaDbServer>(rig);

/// <summary>At MySQL.</summary>
[Collection(MySqlFaults.Name)]
public sealed class MySqlDroppedDatabaseTests(FaultRig<MySqlServer> rig) : DroppedDatabaseTests<MySqlServer>(rig);
