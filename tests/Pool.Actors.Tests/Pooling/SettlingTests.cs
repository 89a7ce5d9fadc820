using Xunit.Abstractions;
using Kind = Pool.Actors.Tests.Pooling.SimulatedLoad.Kind;

namespace Pool.Actors.Tests.Pooling;

/// <summary>Which kinds of sessions carry which connections is nobody's plan: it settles, as waiters and connections meet.</summary>
public sealed class SettlingTests(ITestOutputHelper output)
{
    private const double Slow = 0.01;

    /// <summary>A thousand sessions.</summary>
    private static readonly Dictionary<string, Kind[]> s_loads = new()
    {
        ["eight kinds alike"] = [.. Enumerable.Repeat(new Kind(125), 8)],
        ["one of eight is slow"] = [new Kind(125, Slow), .. Enumerable.Repeat(new Kind(125), 7)],
        ["half of eight are slow"] = [.. Enumerable.Repeat(new Kind(125, Slow), 4), .. Enumerable.Repeat(new Kind(125), 4)],
        ["each has twice the sessions of the one before"] = [.. Enumerable.Range(0, 8).Select(i => new Kind(4 << i))],
        ["eight kinds in bursts"] = [.. Enumerable.Repeat(new Kind(125, Batch: 0.01), 8)],
        ["one of eight is slow, in bursts"] = [new Kind(125, Slow, Batch: 0.01), .. Enumerable.Repeat(new Kind(125, Batch: 0.01), 7)],
        ["more kinds than connections"] = [.. Enumerable.Repeat(new Kind(10), 100)],
    };

    [Theory]
    [InlineData("eight kinds alike", 10)]
    [InlineData("one of eight is slow", 20)]
    [InlineData("half of eight are slow", 20)]
    [InlineData("each has twice the sessions of the one before", 20)]
    [InlineData("eight kinds in bursts", 75)]
    [InlineData("one of eight is slow, in bursts", 20)]
    [InlineData("more kinds than connections", 370)]
    public async Task A_long_line_of_many_kinds_needs_few_repaints_and_nobody_waits_much_longer_than_in_turn(string what, int mostRepaints)
    {
        var kinds = s_loads[what];
        for (var seed = 1; seed <= 3; seed++)
        {
            var load = await SimulatedLoad.RunAsync(32, kinds, seed);

            var sessions = kinds.Sum(k => k.Sessions);
            var waits = load.Waits.SelectMany(w => w).Order().ToArray();
            output.WriteLine($"{what}, seed {seed}: {load.RepaintsPerThousand:0.0} repaints per 1,000, passed {load.MostPassed} times,"
                + $" waits {waits.Average() * 1e3:0.0} ms, p99 {waits[waits.Length * 99 / 100] * 1e3:0.0} ms, longest {waits[^1] * 1e3:0.0} ms");
            Assert.True(load.RepaintsPerThousand <= mostRepaints, $"seed {seed}: {load.RepaintsPerThousand} repaints per 1,000 statements");
            Assert.True(load.MostPassed <= sessions, $"seed {seed}: one was passed {load.MostPassed} times");
            Assert.True(waits[^1] <= 2.5 * waits.Average(), $"seed {seed}: one waited {waits[^1]} s, the average is {waits.Average()} s");
        }
    }

    [Fact]
    public async Task Sessions_are_served_equally_often_whatever_kind_they_are_of()
    {
        for (var seed = 1; seed <= 3; seed++)
        {
            var kinds = Enumerable.Range(0, 8).Select(i => new Kind(Sessions: i % 2 == 0 ? 40 : 210, Statement: i < 4 ? Slow : 0.001)).ToArray();
            var load = await SimulatedLoad.RunAsync(32, kinds, seed, grants: 50_000);

            var served = load.Waits.Select((w, i) => (double)w.Count / kinds[i].Sessions).ToArray();
            output.WriteLine($"seed {seed}: {string.Join(", ", served.Select(s => $"{s:0.0}"))}");
            Assert.True(served.Max() < 2 * served.Min(), $"seed {seed}: {string.Join(", ", served)} statements per session");
        }
    }

    [Fact]
    public async Task A_user_with_few_sessions_of_a_kind_of_their_own_does_not_wait_behind_anothers_many()
    {
        for (var seed = 1; seed <= 3; seed++)
        {
            var load = await SimulatedLoad.RunAsync(
                32, [.. Enumerable.Repeat(new Kind(250), 4), new Kind(2, Thought: 0.01, User: "bob")], seed);

            var (many, few) = (load.Waits[0].Average(), load.Waits[4].Average());
            output.WriteLine($"seed {seed}: {few * 1e3:0.0} ms, the others {many * 1e3:0.0} ms; {load.RepaintsPerThousand:0.0} repaints per 1,000");
            Assert.True(few < many / 3, $"seed {seed}: {few} s, the others {many} s");
        }
    }

    [Fact]
    public async Task Without_a_line_what_has_been_idle_longest_is_repainted_and_busy_kinds_keep_theirs()
    {
        var rare = new Kind(5, Thought: 1);
        for (var seed = 1; seed <= 3; seed++)
        {
            var load = await SimulatedLoad.RunAsync(
                32, [.. Enumerable.Repeat(new Kind(500, Thought: 0.06), 2), .. Enumerable.Repeat(rare, 8)], seed);

            output.WriteLine($"seed {seed}: {load.RepaintsPerThousand:0.0} repaints per 1,000");
            Assert.True(load.RepaintsPerThousand < 30, $"seed {seed}: {load.RepaintsPerThousand} repaints per 1,000 statements");
        }
    }
}
