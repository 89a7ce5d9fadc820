using System.Globalization;
using Pool.Live.Tests.Support;
using Xunit.Abstractions;

namespace Pool.Live.Tests.Twin;

/// <summary>
/// Random clients, each with a twin on a direct connection that does the same: nobody can tell which is which. Each script is made from a
/// seed, which is printed; a difference is found again by seed and round. The short run takes two minutes for each kind of server, and one
/// of some known seeds after the other, again and again, so that it tells of what a change broke; the long run begins with a seed that is drawn,
/// has longer scripts, and finds what nobody knew. POOL_TWIN_SECONDS says for how long, POOL_TWIN_SEED with what seed to begin, POOL_TWIN_ROUNDS how long a script is,
/// POOL_TWIN_DIFFERENCES after how many differences to stop, and POOL_TWIN_MINIMISE_SECONDS how long to look for the shortest stream that shows one.
/// </summary>
public abstract class TwinTests<TServer>(TwinRig<TServer> rig, ITestOutputHelper output)
    where TServer : DatabaseServer, new()
{
    private const int Clients = 24;
    private const int FirstSeed = 801;
    private const int KnownSeeds = 4;
    private const int DirectRounds = 100;
    private const int ShorterCluster = 6;
    private static readonly bool s_long = Environment.GetEnvironmentVariable("POOL_TEST_LONG") == "1";

    // Long enough for much to be behind a client, and a new beginning where most have ended: see TwinRun.
    private static readonly int s_rounds = Number("POOL_TWIN_ROUNDS", s_long ? 1500 : 300);
    private static readonly int s_seconds = Number("POOL_TWIN_SECONDS", s_long ? 2 * 3600 : 120);

    [Fact]
    public Task Clients_through_the_pool_are_told_what_their_twins_are_told() => CompareAsync(nodes: 1, TimeSpan.FromSeconds(s_seconds));

    [Fact]
    public Task Clients_of_two_nodes_that_lend_to_each_other_are_told_what_their_twins_are_told() =>
        CompareAsync(nodes: 2, TimeSpan.FromSeconds(s_seconds / ShorterCluster));

    // Else a difference would mean nothing.
    [Fact]
    public Task Clients_of_two_servers_are_told_the_same() => CompareAsync(nodes: 0, TimeSpan.Zero);

    private async Task CompareAsync(int nodes, TimeSpan time)
    {
        var first = Number("POOL_TWIN_SEED", s_long ? Random.Shared.Next(1, 1_000_000) : FirstSeed);
        var seeds = first == FirstSeed ? KnownSeeds : int.MaxValue;
        var (seed, loans) = (first, 0);
        using var end = new CancellationTokenSource(time > TimeSpan.Zero ? time : Timeout.InfiniteTimeSpan);
        do
        {
            var generator = new TwinGenerator(seed, Clients, typeof(TServer) == typeof(MySqlServer));
            var (identities, script) = (generator.Identities(), generator.Script(nodes > 0 ? s_rounds : Math.Min(s_rounds, DirectRounds)));
            var run = new TwinRun<TServer>(rig, identities);
            IReadOnlyList<TwinDifference> differences;
            await using (var front = await rig.StartNodesAsync(nodes))
            {
                differences = await run.RunAsync(script, front, Number("POOL_TWIN_DIFFERENCES", 1), end.Token);
                loans += front is null ? 0 : await front.BorrowedAsync();
            }

            output.WriteLine($"{typeof(TServer).Name}, seed {seed}: {run.Rounds} rounds, {run.Steps} steps, {differences.Count} differences, {loans} loans so far");
            var explanations = new List<string>();
            foreach (var difference in differences)
                explanations.Add(await ExplainAsync(script, identities, difference, seed, nodes));
            Assert.True(differences.Count == 0, string.Join("\n\n", explanations));
            Assert.True(run.Steps >= run.Rounds / 2, $"only {run.Steps} steps in {run.Rounds} rounds");
            seed = first + ((seed - first + 1) % seeds);
        }
        while (time > TimeSpan.Zero && !end.IsCancellationRequested);
        Assert.True(nodes < 2 || loans > 0, "no node has borrowed anything");
    }

    private async Task<string> ExplainAsync(
        IReadOnlyList<IReadOnlyList<TwinStep>> script, IReadOnlyList<WireIdentity> identities, TwinDifference difference, int seed, int nodes)
    {
        var patience = TimeSpan.FromSeconds(Number("POOL_TWIN_MINIMISE_SECONDS", 120));
        var (steps, last, how) = await new TwinMinimiser<TServer>(rig, identities, nodes, patience).RunAsync(script, difference);
        var who = string.Join("\n", steps.Select(s => s.Client).Distinct().Select(c => $"  c{c:00} {identities[c].Flags} collation {identities[c].Collation}"));
        return $"{typeof(TServer).Name}, seed {seed}, round {difference.Round}, {difference.Step}:\n    {difference.What}\n"
            + $"The shortest stream with a difference, {how}:\n{who}\n{string.Join("\n", steps.Select(s => $"  {s}"))}\n    {last.What}\n\n{last.Log}";
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}

/// <summary>At MariaDB.</summary>
[Collection(MariaDbTwins.Name)]
public sealed class MariaDbTwinTests(TwinRig<MariaDbServer> rig, ITestOutputHelper output) : TwinTests<MariaDbServer>(rig, output);

/// <summary>At MySQL.</summary>
[Collection(MySqlTwins.Name)]
public sealed class MySqlTwinTests(TwinRig<MySqlServer> rig, ITestOutputHelper output) : TwinTests<MySqlServer>(rig, output);
