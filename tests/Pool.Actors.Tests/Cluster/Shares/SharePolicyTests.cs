using Pool.Actors.Cluster.Membership;
using Pool.Actors.Cluster.Shares;

namespace Pool.Actors.Tests.Cluster.Shares;

public sealed class SharePolicyTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 50)];

    [Fact]
    public void Where_there_is_enough_everybody_is_due_what_it_wants()
    {
        var due = FairSplit.Of(Ledger(100, 40, 2, 20), static _ => true);
        Assert.Equal([40, 2, 20], Enumerable.Range(1, 3).Select(i => due[new(i)]));
    }

    [Fact]
    public void Where_there_is_not_nobody_is_due_more_than_another_who_wants_more()
    {
        var due = FairSplit.Of(Ledger(100, 99, 10, 99), static _ => true);
        Assert.Equal([44, 10, 45], Enumerable.Range(1, 3).Select(i => due[new(i)]));
    }

    [Fact]
    public void What_a_lost_holder_has_is_due_to_nobody()
    {
        var ledger = Ledger(100, 99, 99, 99).Set(new(2), 60, 99);
        var due = FairSplit.Of(ledger, static i => i.Value != 2);
        Assert.Equal([19, 20], new[] { due[new(1)], due[new(3)] });
    }

    [Fact]
    public void What_is_not_needed_is_kept_while_nobody_misses_it_and_given_back_after_long()
    {
        var ledger = Ledger(100, 2, 2).Set(new(1), 50, 2).Set(new(2), 2, 2);
        Assert.Equal(50, SharePolicy.Next(ledger, new(1), static _ => true, isIdle: false));
        Assert.Equal(2, SharePolicy.Next(ledger, new(1), static _ => true, isIdle: true));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Whatever_everybody_has_and_wants_shares_settle_soon_and_then_stay(int seed)
    {
        const int MostRounds = 16;
        var random = new Random(seed);
        var holders = random.Next(1, 8);
        var cap = random.Next(4 * holders, 400);
        var ledger = Ledger(cap, [.. Enumerable.Range(0, holders).Select(_ => random.Next(2, cap))]);
        for (var i = 1; i <= holders; i++)
        {
            ledger = ledger.Set(new(i), random.Next(ledger.Free + 1), ledger.Find(new(i))!.Wanted);
        }

        var rounds = 0;
        for (var before = (ShareLedger?)null; !ReferenceEquals(before, ledger); rounds++)
        {
            Assert.True(rounds < MostRounds, $"seed {seed}: {string.Join(", ", ledger.Holders)}");
            before = ledger;
            foreach (var i in Enumerable.Range(1, holders).OrderBy(_ => random.Next()))
            {
                var holder = ledger.Find(new(i))!;
                ledger = ledger.Set(new(i), SharePolicy.Next(ledger, new(i), static _ => true, isIdle: false), holder.Wanted);
            }
        }

        var due = FairSplit.Of(ledger, static _ => true);
        Assert.All(ledger.Holders, h => Assert.True(h.Share >= due[h.Incarnation], $"seed {seed}: {h} is due {due[h.Incarnation]}"));
    }

    private static ShareLedger Ledger(int cap, params int[] wants)
    {
        var ledger = ShareLedger.Create(cap, found: 0);
        for (var i = 0; i < wants.Length; i++)
        {
            ledger = ledger.Join($"node{i}", new Incarnation(i + 1), wants[i]);
        }

        return ledger;
    }
}
