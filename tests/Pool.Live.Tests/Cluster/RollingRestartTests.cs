using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;
using Xunit.Abstractions;

namespace Pool.Live.Tests.Cluster;

/// <summary>Three nodes are replaced one after the other, while drivers write and keep books.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class RollingRestartTests(FaultRig<MariaDbServer> rig, ITestOutputHelper output)
{
    // Sessions are told 1053 when they are at rest, and the node listens no more (2003). PyMySQL reads what it was told as the answer to its
    // next statement, finds the wrong number on it and says 2013, or 2006 if it cannot even write: nothing of the statement was read, though
    // the client cannot know.
    private static readonly string[] s_explained =
        ["not 1053", "may 2006", "not 2006", "may 2013", "not 2013", "connect 2003", "connect 2013", "connect 1053", "connect 1429"];

    [Fact]
    public async Task No_acknowledged_row_is_missing_and_none_is_written_twice()
    {
        await using var cluster = await NodeCluster.StartAsync(rig);
        await using var administrator = await cluster.AdministratorAsync();
        using var ledger = await Ledger.OpenAsync(administrator, cluster, writers: 6);
        await ledger.ProgressAsync(cluster);
        for (var i = 0; i < cluster.Nodes.Count; i++)
        {
            cluster.Nodes[i].Send(Signal.Terminate);
            Assert.Equal(0, await cluster.Nodes[i].ExitAsync());
            await ledger.ProgressAsync(cluster);
            await cluster.StartNodeAsync(i);
            Assert.InRange(await NodeCluster.CountAsync(administrator), 1, NodeCluster.MaxConnections);
            await ledger.ProgressAsync(cluster);
        }

        await ledger.StopAsync();
        output.WriteLine($"{ledger}");
        await ledger.AuditAsync(administrator);
        Assert.All(ledger.Troubles, t => Assert.Contains(t.Key, s_explained));
    }
}
