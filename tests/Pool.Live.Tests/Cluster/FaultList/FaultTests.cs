using System.Globalization;
using Pool.Live.Tests.Support;
using Xunit.Abstractions;

namespace Pool.Live.Tests.Cluster.FaultList;

/// <summary>
/// What can happen to a cluster happens, while clients work: each fault alone, and some at once in random order, by a seed that is
/// printed. The short run has each fault once at one of the servers (but the jump of a clock), and one mix; the long run (POOL_TEST_LONG=1)
/// each at each node and server, and mixes for POOL_FAULT_SECONDS, from POOL_FAULT_SEED on.
/// </summary>
public abstract class FaultTests<TServer>(FaultyCluster<TServer> faulty, ITestOutputHelper output, IReadOnlyList<Fault> possible)
    : IClassFixture<FaultyCluster<TServer>>
    where TServer : DatabaseServer, new()
{
    private const int MostAtOnce = 3;
    private const int KnownSeed = 7;

    /// <summary>Whether this is the long run.</summary>
    protected static bool IsLong { get; } = Environment.GetEnvironmentVariable("POOL_TEST_LONG") == "1";

    private NodeCluster Cluster => faulty.Cluster;

    [Fact]
    public async Task Several_faults_at_once_in_random_order_break_nothing_for_good()
    {
        var seed = Number("POOL_FAULT_SEED", IsLong ? Random.Shared.Next(1, 1_000_000) : KnownSeed);
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(Number("POOL_FAULT_SECONDS", IsLong ? 1800 : 0)));
        do
        {
            var random = new Random(seed);
            var faults = possible.ToArray();
            random.Shuffle(faults);
            var victims = Enumerable.Range(0, Cluster.Nodes.Count).ToArray();
            random.Shuffle(victims);
            output.WriteLine($"seed {seed}");
            var chosen = faults.DistinctBy(TargetOf).Take(random.Next(2, MostAtOnce + 1));
            await BreakAsync([.. chosen.Zip(victims, (fault, victim) => new Disaster(fault, Cluster, faulty.Clock, victim, isAlone: false))], random);
            seed++;
        }
        while (!end.IsCancellationRequested);
    }

    /// <summary>Lets a fault happen alone: at one node or, in the long run, at one after the other.</summary>
    protected async Task SurviveAsync(Fault fault)
    {
        foreach (var victim in IsLong ? Enumerable.Range(0, Cluster.Nodes.Count) : [Cluster.Nodes.Count - 1])
        {
            await using var disaster = new Disaster(fault, Cluster, faulty.Clock, victim, isAlone: true);
            await using var witness = await Witness.BeginAsync(Cluster);
            await witness.ProgressAsync();
            var life = await witness.Books.LifeOfAsync(victim);
            try
            {
                await disaster.StrikeAsync();
                await witness.ProgressAsync(disaster.Serving);
                if (disaster.LosesNode)
                    await witness.Books.ForgottenAsync(life!);
                else
                    await Task.Delay(faulty.LeaseTime * 1.2);
                await witness.ProgressAsync(disaster.Serving);
            }
            finally
            {
                // The next fault meets a cluster that is whole.
                await disaster.MendAsync();
            }

            await TestifyAsync(witness, $"{disaster}");
        }
    }

    private async Task BreakAsync(IReadOnlyList<Disaster> disasters, Random random)
    {
        await using var witness = await Witness.BeginAsync(Cluster);
        await witness.ProgressAsync();
        foreach (var disaster in disasters)
        {
            await disaster.StrikeAsync();
            await Task.Delay(random.Next(1000));
        }

        await Task.Delay(faulty.LeaseTime * (2 * random.NextDouble()));
        var mended = disasters.ToArray();
        random.Shuffle(mended);
        foreach (var disaster in mended)
        {
            await disaster.MendAsync();
            await Task.Delay(random.Next(1000));
        }

        await TestifyAsync(witness, string.Join(", ", disasters));
        foreach (var disaster in disasters)
            await disaster.DisposeAsync();
    }

    private async Task TestifyAsync(Witness witness, string what)
    {
        try
        {
            await witness.ProgressAsync();
            await witness.TestifyAsync();
        }
        finally
        {
            output.WriteLine($"{what}: {witness}");
        }
    }

    // Each node has its own fault; etcd and the server can have one.
    private static string TargetOf(Fault fault) => fault switch
    {
        Fault.EtcdLeaderKilled or Fault.EtcdDown or Fault.EtcdDataLost => "etcd",
        Fault.ServerRestarted or Fault.ServerFull => "server",
        _ => $"{fault}",
    };

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}

/// <summary>At MariaDB, which shows nobody whose a connection is: all but the jump of a clock.</summary>
public sealed class MariaDbFaultTests(FaultyCluster<MariaDbServer> faulty, ITestOutputHelper output)
    : FaultTests<MariaDbServer>(faulty, output, [.. Faults])
{
    public static TheoryData<Fault> Faults => [.. Enum.GetValues<Fault>().Where(f => IsLong || f != Fault.ClockJumped)];

    [Theory, MemberData(nameof(Faults))]
    public Task A_fault_breaks_no_promise_and_all_serve_again_afterwards(Fault fault) => SurviveAsync(fault);
}

/// <summary>At MySQL: what a lost node leaves there, and what the server does itself.</summary>
public sealed class MySqlFaultTests(FaultyCluster<MySqlServer> faulty, ITestOutputHelper output)
    : FaultTests<MySqlServer>(faulty, output, [.. Faults])
{
    private static readonly Fault[] s_matterToServer = [Fault.NodeKilled, Fault.NodeStopped, Fault.NodeCutOff, Fault.ServerRestarted, Fault.ServerFull];

    public static TheoryData<Fault> Faults => [.. IsLong ? Enum.GetValues<Fault>() : s_matterToServer];

    [Theory, MemberData(nameof(Faults))]
    public Task A_fault_breaks_no_promise_and_all_serve_again_afterwards(Fault fault) => SurviveAsync(fault);
}
