using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Invariants;

/// <summary>The server's process list never shows more than the cap.</summary>
public abstract class CapTests<TServer>(FaultRig<TServer> rig)
    where TServer : DatabaseServer, new()
{
    [Fact]
    public async Task Two_hundred_clients_never_have_more_connections_than_the_cap()
    {
        const int Cap = 12;
        await using var administrator = await rig.AdministratorAsync();
        await using var referee = await rig.AdministratorAsync();
        await using var node = await rig.StartNodeAsync(new NodeSettings { MaxConnections = Cap });
        await using (var list = ProcessList.Watch(referee, FaultRig<TServer>.Account))
        {
            var traffic = await Traffic.StartAsync(administrator, node, clients: 200, seed: 1);
            await Task.Delay(TimeSpan.FromSeconds(10));
            await traffic.ProgressAsync(100);
            await traffic.StopAsync();
            await traffic.VerifyAsync(administrator);
            Assert.True(traffic.Errors == 0, $"{traffic}");
            Assert.InRange(list.Highest, 2, Cap);
            Assert.True(list.Looks > 20, $"the process list was seen only {list.Looks} times");
        }

        await node.RestsAsync(administrator);
    }
}

/// <summary>At MariaDB.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class MariaDbCapTests(FaultRig<MariaDbServer> rig) : CapTests<MariaDbServer>(rig);

/// <summary>At MySQL.</summary>
[Collection(MySqlFaults.Name)]
public sealed class MySqlCapTests(FaultRig<MySqlServer> rig) : CapTests<MySqlServer>(rig);
