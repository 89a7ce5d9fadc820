using System.Diagnostics;
using System.Globalization;
using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;
using Xunit.Abstractions;

namespace Pool.Live.Tests.Cluster.Shares;

/// <summary>
/// What one client user may hold over all nodes, with the server as the witness: of the open transactions that have written something, all
/// are that user's.
/// </summary>
[Collection(MariaDbFaults.Name)]
public sealed class UserCapTests(FaultRig<MariaDbServer> rig, ITestOutputHelper output)
{
    private const int Cap = 40;
    private const int UserCap = 5;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(40);
    private static readonly string[] s_short = ["BEGIN", "INSERT INTO pool.capped VALUES ()", "SELECT SLEEP(0.02)", "COMMIT"];
    private static readonly string[] s_long = ["BEGIN", "INSERT INTO pool.capped VALUES ()", "SELECT SLEEP(300)", "COMMIT"];

    [Fact]
    public async Task A_user_never_holds_more_than_its_cap_on_all_nodes_and_a_killed_node_takes_nothing_of_it_along()
    {
        await using var etcd = await EtcdServers.StartedAsync(members: 1);
        await using var referee = await rig.AdministratorAsync();
        await referee.QueryAsync("CREATE TABLE pool.capped (id INT AUTO_INCREMENT PRIMARY KEY) ENGINE=InnoDB");
        await using var witness = new Witness(referee);
        await using var one = new SharingNode("one", rig.Server, etcd, UserCap);
        await using var two = new SharingNode("two", rig.Server, etcd, UserCap);
        await using var three = new SharingNode("three", rig.Server, etcd, UserCap);
        await Task.WhenAll(one.StartAsync(Cap), two.StartAsync(Cap), three.StartAsync(Cap));

        // All nodes want all of it, and another user passes.
        await using var free = new SharingClients(one.Process, 4, SharingNode.FreeUser, "SELECT SLEEP(0.005)");
        SharingClients[] everywhere = [.. new[] { one, two, three }.Select(n => Clients(n, s_short))];
        await Eventually.TrueAsync(() => everywhere.All(c => c.Done > 60), "the user gets on everywhere");
        var passed = free.Done;
        await Eventually.TrueAsync(() => free.Done > passed + 200, "another user passes");
        await Task.WhenAll(everywhere.Select(c => c.LeaveAsync()));

        // All of it moves to one node, which dies with it: its statements run on at the server.
        await using var lost = Clients(two, s_long);
        await ComesAsync(async () => await two.MetricAsync("pool_user_connections") == UserCap, "all of it at one node", two);
        two.Process.Send(Signal.Kill);
        await using var next = Clients(three, s_short);
        await ComesAsync(async () => await three.MetricAsync("pool_user_connections_max") == UserCap, "all of it again", three);
        var before = next.Done;
        await Eventually.TrueAsync(() => next.Done > before + 200, "it is of use");
        await next.LeaveAsync();
        await free.LeaveAsync();

        output.WriteLine($"highest {witness.Highest} of {UserCap} in {witness.Looks} looks; others {free.Done}, {string.Join(", ", free.Errors)}");
        Assert.True(witness.Highest <= UserCap, $"{witness.Highest} transactions at once");
        Assert.True(witness.Looks > 100, $"the server was asked only {witness.Looks} times");
        Assert.Empty(free.Errors);
        Assert.All(everywhere, c => Assert.Empty(c.Errors));
        Assert.Empty(next.Errors);
        Assert.DoesNotContain("this is a bug", one.Process.Log + three.Process.Log, StringComparison.Ordinal);
    }

    private static SharingClients Clients(SharingNode node, string[] statements) => new(node.Process, 12, FaultNode.User, statements);

    private async Task ComesAsync(Func<Task<bool>> condition, string what, SharingNode node)
    {
        var waited = Stopwatch.StartNew();
        for (; !await condition(); await Task.Delay(20))
        {
            Assert.True(waited.Elapsed < s_patience, $"{what} never comes about:\n{string.Join('\n', node.Process.Log.Split('\n').TakeLast(60))}");
        }

        output.WriteLine($"{what}: after {waited.Elapsed.TotalSeconds:F1} s");
    }

    /// <summary>Counts open transactions that have written something, as of one moment each time.</summary>
    private sealed class Witness : IAsyncDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly SqlClient _referee;
        private readonly Task _watching;

        public Witness(SqlClient referee)
        {
            _referee = referee;
            _watching = WatchAsync();
        }

        public int Highest { get; private set; }

        public int Looks { get; private set; }

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await _watching;
            _end.Dispose();
        }

        private async Task WatchAsync()
        {
            for (; !_end.IsCancellationRequested; Looks++)
            {
                var open = await _referee.QueryAsync("SELECT COUNT(*) FROM information_schema.INNODB_TRX WHERE trx_rows_modified > 0");
                Highest = Math.Max(Highest, int.Parse(open!, CultureInfo.InvariantCulture));
                await Task.Delay(20, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
