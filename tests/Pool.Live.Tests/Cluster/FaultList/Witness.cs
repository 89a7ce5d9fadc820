using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Cluster.FaultList;

/// <summary>
/// Whoever works with a cluster while something happens to it, and what must be true whatever it was: the server never had more connections
/// than the cap, no session saw another's state, what was acknowledged was done once, everybody gets on, and in the end
/// all books agree.
/// </summary>
internal sealed class Witness : IAsyncDisposable
{
    private const int Writers = 4;
    private readonly NodeCluster _cluster;
    private readonly ProcessList _list;
    private readonly Ledger _ledger;
    private readonly Tenants _tenants;

    private Witness(NodeCluster cluster, ProcessList list, Ledger ledger, Tenants tenants) =>
        (_cluster, _list, _ledger, _tenants, Books) = (cluster, list, ledger, tenants, new Books(cluster));

    /// <summary>What is written of the connections.</summary>
    public Books Books { get; }

    /// <summary>Begins to work and to watch.</summary>
    public static async Task<Witness> BeginAsync(NodeCluster cluster)
    {
        await using var administrator = await cluster.AdministratorAsync();
        var ledger = await Ledger.OpenAsync(administrator, cluster, Writers);
        var list = ProcessList.Watch(
            async () => (await SqlClient.TryConnectAsync(cluster.Server.Port, DatabaseServer.User, DatabaseServer.Password)).Client, FaultRig<MariaDbServer>.Account);
        return new Witness(cluster, list, ledger, await Tenants.EnterAsync(administrator, cluster));
    }

    /// <summary>Waits until the sessions at these nodes have got on.</summary>
    public async Task ProgressAsync(IEnumerable<int> nodes)
    {
        foreach (var (node, since) in nodes.Select(n => (n, _tenants.ServedAt(n))).ToList())
            await Books.UntilAsync(() => Task.FromResult(_tenants.HasProgressed(node, since)), () => $"the sessions at node {node + 1} do not get on ({this})");
    }

    /// <summary>Waits until everybody has got on.</summary>
    public async Task ProgressAsync()
    {
        await ProgressAsync(Enumerable.Range(0, _cluster.Nodes.Count));
        var since = _ledger.Counts;
        await Books.UntilAsync(() => Task.FromResult(_ledger.HasProgressed(since, by: 4)), () => $"the writers do not get on ({this})");
    }

    /// <summary>Lets everybody leave, and testifies.</summary>
    public async Task TestifyAsync()
    {
        await _tenants.LeaveAsync();
        await _ledger.StopAsync();
        await using var administrator = await _cluster.AdministratorAsync();
        Assert.True(_tenants.Wrong.Count == 0, string.Join("; ", _tenants.Wrong.Take(10)));
        await _ledger.AuditAsync(administrator);
        await Books.AgreeAsync(administrator);
        Assert.True(_list.Highest <= _cluster.Cap, $"{_list.Highest} connections at once");
        Assert.True(_list.Looks > 20, $"the process list was seen only {_list.Looks} times");
    }

    /// <inheritdoc/>
    public override string ToString() => $"highest {_list.Highest} of {_cluster.Cap} in {_list.Looks} looks; sessions {_tenants}; writers {_ledger}";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _tenants.DisposeAsync();
        _ledger.Dispose();
        await _list.DisposeAsync();
        await Books.DisposeAsync();
    }
}
