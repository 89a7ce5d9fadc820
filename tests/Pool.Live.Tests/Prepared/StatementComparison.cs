using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Prepared;

/// <summary>
/// Runs steps with prepared statements directly, and through a node with one connection or two, and compares what the clients are told.
/// </summary>
public abstract class StatementComparison<TServer>(FaultRig<TServer> rig)
    where TServer : DatabaseServer, new()
{
    private const string Fresh = "DROP TABLE IF EXISTS prepared.t";
    private const string Table = "CREATE TABLE prepared.t (id INT PRIMARY KEY AUTO_INCREMENT, v VARCHAR(60), n BIGINT)";

    internal FaultRig<TServer> Rig { get; } = rig;

    /// <summary>The same steps by two clients, on connections of their own, and through a node, on another connection with every step.</summary>
    internal Task SameAsync(Func<StatementClient, StatementClient, Task> steps) => SameAsync(isMoved: true, steps);

    /// <summary>The same; if they are not moved, all share one connection.</summary>
    internal Task SameAsync(bool isMoved, Func<StatementClient, StatementClient, Task> steps) =>
        SameForEachAsync(isMoved, [""], (client, other, _) => steps(client, other));

    /// <summary>The same for each of some cases, one after the other by new clients of one node.</summary>
    internal async Task SameForEachAsync<T>(bool isMoved, IReadOnlyCollection<T> cases, Func<StatementClient, StatementClient, T, Task> steps)
    {
        await using var administrator = await Rig.AdministratorAsync();
        await using var node = await Rig.KeptNodeAsync(new NodeSettings { MaxConnections = isMoved ? 3 : 2 });
        foreach (var one in cases)
        {
            Task StepsAsync(StatementClient client, StatementClient other) => steps(client, other, one);
            var direct = await RunAsync(administrator, StepsAsync, Rig.AdministratorAsync, () => Task.CompletedTask);
            await using var mover = isMoved ? await Mover.StartAsync(node) : null;
            var through = await RunAsync(administrator, StepsAsync, () => node.ConnectAsync(), mover is null ? () => Task.CompletedTask : mover.MoveAsync);
            Assert.Equal(direct.Count, through.Count);
            for (var i = 0; i < direct.Count; i++)
                Assert.True(direct[i] == through[i], $"{one} step {i}: directly\n{direct[i]}\nand through the node\n{through[i]}");
            if (mover is not null)
                await mover.DisposeAsync();
            await node.RestsAsync(administrator);
        }
    }

    private static async Task<List<string>> RunAsync(
        SqlClient administrator, Func<StatementClient, StatementClient, Task> steps, Func<Task<SqlClient>> connect, Func<Task> move)
    {
        await administrator.QueryAsync("CREATE DATABASE IF NOT EXISTS prepared");
        await administrator.QueryAsync("CREATE DATABASE IF NOT EXISTS prepared2");
        await administrator.QueryAsync(Fresh);
        await administrator.QueryAsync(Table);
        await using var connection = await connect();
        await using var second = await connect();
        var (client, other) = (new StatementClient(connection, move), new StatementClient(second, move));
        try
        {
            await steps(client, other);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"after {string.Join('\n', client.Transcript)}", e);
        }

        return [.. client.Transcript, "other", .. other.Transcript];
    }
}
