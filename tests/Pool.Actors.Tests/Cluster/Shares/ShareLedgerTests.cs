using Pool.Actors.Cluster.Membership;
using Pool.Actors.Cluster.Shares;

namespace Pool.Actors.Tests.Cluster.Shares;

public sealed class ShareLedgerTests
{
    private static readonly Incarnation s_one = new(1);
    private static readonly Incarnation s_two = new(2);

    [Fact]
    public void All_of_the_cap_but_the_place_that_is_kept_can_be_shared_out()
    {
        var ledger = ShareLedger.Create(10, found: 0).Join("a", s_one, 2);
        Assert.Equal(9, ledger.Free);
        Assert.Equal(0, ledger.Set(s_one, 9, 9).Free);
    }

    [Fact]
    public void More_than_is_free_can_be_given_to_nobody()
    {
        var ledger = ShareLedger.Create(10, found: 0).Join("a", s_one, 2).Join("b", s_two, 2).Set(s_one, 5, 5);
        Assert.Throws<InvalidOperationException>(() => ledger.Set(s_two, 5, 5));
        Assert.Equal(0, ledger.Set(s_two, 4, 5).Free);
    }

    [Fact]
    public void Connections_that_were_found_count_until_they_are_gone()
    {
        var ledger = ShareLedger.Create(10, found: 6).Join("a", s_one, 9);
        Assert.Throws<InvalidOperationException>(() => ledger.Set(s_one, 4, 9));
        Assert.Throws<InvalidOperationException>(() => ledger.FoundLeft(7));
        Assert.Equal(0, ledger.FoundLeft(1).Set(s_one, 8, 9).Free);
        Assert.Equal(0, ShareLedger.Create(10, found: 30).Free);
    }

    [Fact]
    public void Nobody_joins_twice_and_only_holders_have_shares()
    {
        var ledger = ShareLedger.Create(10, found: 0).Join("a", s_one, 2);
        Assert.Throws<InvalidOperationException>(() => ledger.Join("a", s_one, 2));
        Assert.Throws<InvalidOperationException>(() => ledger.Set(s_two, 1, 2));
        Assert.Throws<InvalidOperationException>(() => ledger.Set(s_one, -1, 2));
        Assert.Throws<InvalidOperationException>(() => ledger.Remove(s_two));
        Assert.Throws<InvalidOperationException>(() => ledger.WithCap(20));
        Assert.Equal(19, ledger.Remove(s_one).WithCap(20).Free);
    }

    [Fact]
    public void What_does_not_change_is_the_same_ledger_and_what_does_has_another_epoch()
    {
        var ledger = ShareLedger.Create(10, found: 0).Join("a", s_one, 2);
        Assert.Same(ledger, ledger.Set(s_one, 0, 2));
        Assert.Equal(ledger.Epoch + 1, ledger.Set(s_one, 1, 2).Epoch);
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(8, 2)]
    [InlineData(0, -1)]
    public void A_ledger_with_impossible_numbers_is_not_believed(int share, int found)
    {
        var ledger = new ShareLedger { Cap = 10, Found = found, Holders = [new ShareHolder("a", s_one, share, 1)] };
        Assert.False(ledger.IsSound);
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void No_walk_through_what_can_be_done_makes_the_shares_more_than_the_cap(int seed)
    {
        var random = new Random(seed);
        var cap = random.Next(1, 40);
        var ledger = ShareLedger.Create(cap, random.Next(60));
        var refused = 0;
        for (var step = 0; step < 2_000; step++)
        {
            try
            {
                var holder = new Incarnation(random.Next(1, 8));
                ledger = random.Next(6) switch
                {
                    0 => ledger.Join("n", holder, random.Next(50)),
                    1 => ledger.Remove(holder),
                    2 => ledger.FoundLeft(random.Next(60)),
                    _ => ledger.Set(holder, random.Next(-1, cap + 2), random.Next(50)),
                };
            }
            catch (InvalidOperationException)
            {
                refused++;
            }

            Assert.True(ledger.IsSound, $"seed {seed}, step {step}: {ledger}");
            Assert.True(ledger.Found + ledger.Holders.Sum(h => h.Share) + ledger.Free + ShareLedger.KeptPlaces == cap, $"seed {seed}, step {step}: {ledger}");
        }

        Assert.InRange(refused, 1, 1_999);
    }
}
