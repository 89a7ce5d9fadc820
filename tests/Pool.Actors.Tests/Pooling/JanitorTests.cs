using Pool.Testing;

namespace Pool.Actors.Tests.Pooling;

public sealed class JanitorTests
{
    [Fact]
    public async Task Connections_idle_for_too_long_are_closed_from_the_highest_slot_down_to_the_minimum()
    {
        await using var f = new PoolFixture(change: o => o with { IdleTimeout = TimeSpan.FromSeconds(10), MinIdle = 1 });
        await PoolFixture.UntilAsync(() => f.Now.Idle == 1, "warm");
        var idle = await f.FillAsync(f.Of(null), 3);

        f.Time.Advance(TimeSpan.FromSeconds(9.75));
        Assert.Equal(3, f.Now.Idle);
        f.Time.Advance(TimeSpan.FromSeconds(0.25));
        await f.AssertAtRestAsync();

        Assert.Equal([0, 1, 1], idle.OrderBy(c => c.Slot).Select(c => c.Closes));
    }

    [Fact]
    public async Task Lifetimes_are_spread_over_the_last_tenth_and_replaced_in_time()
    {
        await using var f = new PoolFixture(
            leases: 50, o => o with { MaxLifetime = TimeSpan.FromSeconds(1_000), IdleTimeout = TimeSpan.FromHours(1) });
        await f.FillAsync(f.Of("shop"), 50);

        f.Time.Advance(TimeSpan.FromSeconds(899));
        await f.AssertAtRestAsync();
        Assert.Equal(50, f.Now.Idle);
        var left = new List<int>();
        for (var i = 0; i < 4; i++)
        {
            f.Time.Advance(TimeSpan.FromSeconds(20));
            await f.AssertAtRestAsync();
            left.Add(f.Now.Idle);
        }

        f.Time.Advance(TimeSpan.FromSeconds(22));
        await f.AssertAtRestAsync();
        Assert.Equal(left.OrderDescending().Distinct(), left);
        Assert.InRange(left[^1], 1, 49);
        Assert.Equal(0, f.Now.Idle);
    }

    [Fact]
    public async Task A_leased_connection_that_is_too_old_is_closed_when_it_returns()
    {
        await using var f = new PoolFixture(change: o => o with { MaxLifetime = TimeSpan.FromSeconds(10) });
        var taken = await f.TakeAsync(f.Of("shop"));
        f.Time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(0, taken.Closes);

        f.Pool.Return(taken);

        await f.AssertAtRestAsync();
        Assert.Equal((1, 0), (taken.Closes, f.Now.Idle));
        Assert.Equal(1, f.Metrics.Closed["lifetime"].Value);
    }

    [Fact]
    public async Task What_nothing_could_replace_stays_however_old_and_idle_it_is()
    {
        await using var f = new PoolFixture(
            change: o => o with { MaxLifetime = TimeSpan.FromSeconds(20), IdleTimeout = TimeSpan.FromSeconds(10) });
        await f.FillAsync(f.Of("shop"), 2);
        f.Connector.MayConnect = false;
        f.Time.Advance(TimeSpan.FromSeconds(30));
        await f.AssertAtRestAsync();
        Assert.Equal(2, f.Now.Idle);
        Assert.True(f.Pool.TryLease(f.Of("shop"), null, out var taken));
        f.Pool.Return(taken);
        await f.AssertAtRestAsync();
        Assert.Equal(2, f.Now.Idle);

        f.Connector.MayConnect = true;
        f.Time.Advance(PoolFixture.Tick);
        await f.AssertAtRestAsync();
        Assert.Equal((0, 2), (f.Now.Idle, f.Metrics.Closed["lifetime"].Value));
    }

    [Fact]
    public async Task The_pool_warms_up_to_its_minimum_and_replaces_what_it_lost()
    {
        await using var f = new PoolFixture(change: o => o with { MinIdle = 2 });
        await PoolFixture.UntilAsync(() => f.Now.Idle == 2, "warm");

        Assert.True(f.Pool.TryLease(f.Of(null), null, out var taken));
        f.Pool.Discard(taken, "test");
        await PoolFixture.UntilAsync(() => f.Now.Closing == 0, "closed");
        f.Time.Advance(PoolFixture.Tick);

        await PoolFixture.UntilAsync(() => f.Now.Idle == 2, "warm again");
        await f.AssertAtRestAsync();
    }

    [Fact]
    public async Task Stale_idle_connections_are_found_within_a_second()
    {
        await using var f = new PoolFixture();
        var idle = await f.FillAsync(f.Of("shop"), 2);
        idle[1].Stale = true;

        f.Time.Advance(TimeSpan.FromSeconds(1));

        await f.AssertAtRestAsync();
        Assert.Equal((0, 1), (idle[0].Closes, idle[1].Closes));
    }

    [Fact]
    public async Task Probing_does_not_make_idle_connections_younger()
    {
        await using var f = new PoolFixture(change: o => o with { IdleTimeout = TimeSpan.FromSeconds(5) });
        await f.FillAsync(f.Of("shop"), 1);

        f.Time.Advance(TimeSpan.FromSeconds(5));

        await f.AssertAtRestAsync();
        Assert.Equal(0, f.Now.Idle);
    }

    [Fact]
    public async Task Leased_connections_are_checked_against_their_limits_four_times_a_second()
    {
        await using var f = new PoolFixture();
        var idle = await f.FillAsync(f.Of("shop"), 1);
        var taken = await f.TakeAsync(f.Of("blog"));

        f.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal((0, 4), (idle[0].LimitChecks, taken.LimitChecks));
    }
}
