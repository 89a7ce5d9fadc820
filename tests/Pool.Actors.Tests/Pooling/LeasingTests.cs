using Pool.Actors.Pooling;
using Pool.Actors.Settings;
using Pool.Testing;

namespace Pool.Actors.Tests.Pooling;

public sealed class LeasingTests
{
    [Fact]
    public async Task An_idle_connection_with_the_same_fingerprint_is_leased_without_waiting()
    {
        await using var f = new PoolFixture();
        var shop = f.Of("shop");
        var (idle, _) = (await f.FillAsync(shop, 1), await f.FillAsync(f.Of("blog"), 1));

        Assert.True(f.Pool.TryLease(shop, null, out var leased));
        Assert.Same(idle[0], leased);
        Assert.False(f.Pool.TryLease(shop, null, out _));
    }

    [Fact]
    public async Task The_lowest_slot_is_leased_first_unless_the_session_prefers_its_last_connection()
    {
        await using var f = new PoolFixture();
        var shop = f.Of("shop");
        var idle = await f.FillAsync(shop, 3);

        Assert.True(f.Pool.TryLease(shop, idle[2], out var preferred));
        Assert.True(f.Pool.TryLease(shop, idle[2], out var lowest));
        Assert.Same(idle[2], preferred);
        Assert.Same(idle[0], lowest);
    }

    [Fact]
    public async Task A_preferred_connection_that_was_repainted_or_closed_meanwhile_is_not_leased()
    {
        await using var f = new PoolFixture();
        var (shop, blog) = (f.Of("shop"), f.Of("blog"));
        var idle = await f.FillAsync(shop, 2);
        Assert.True(f.Pool.TryLease(shop, idle[0], out _));
        idle[0].Paint(blog);
        f.Pool.Return(idle[0]);

        Assert.True(f.Pool.TryLease(shop, idle[0], out var other));
        Assert.Same(idle[1], other);
        f.Pool.Discard(other, "test");
        await f.AssertAtRestAsync();
        Assert.False(f.Pool.TryLease(shop, idle[1], out _));
    }

    [Fact]
    public async Task While_there_is_room_a_new_connection_is_opened_rather_than_another_repainted()
    {
        await using var f = new PoolFixture(leases: 2);
        await f.FillAsync(f.Of("shop"), 1);

        await f.TakeAsync(f.Of("blog"));

        Assert.Equal(2, f.Connector.Attempted);
        Assert.Equal(1, f.Now.Idle);
    }

    [Fact]
    public async Task Without_room_the_connection_that_was_idle_longest_is_repainted()
    {
        await using var f = new PoolFixture(leases: 2);
        var idle = await f.FillAsync(f.Of("shop"), 2);
        f.Time.Advance(PoolFixture.Tick);
        Assert.True(f.Pool.TryLease(f.Of("shop"), idle[0], out _));
        f.Pool.Return(idle[0]);

        var lease = await f.LeaseAsync(f.Of("blog"));

        Assert.Same(idle[1], lease.Connection);
        Assert.Equal(f.Of("shop"), lease.Connection!.Fingerprint);
        Assert.Equal(2, f.Connector.Attempted);
    }

    [Fact]
    public async Task Without_room_another_accounts_idle_connection_is_closed_for_a_new_one()
    {
        await using var f = new PoolFixture(leases: 1);
        var idle = await f.FillAsync(f.Of(null, PoolFixture.Batch), 1);

        var lease = await f.TakeAsync(f.Of("shop"));

        Assert.Equal(PoolFixture.App, lease.Class);
        Assert.Equal(1, idle[0].Closes);
        await f.AssertAtRestAsync();
    }

    [Fact]
    public async Task A_connection_with_a_database_is_replaced_for_a_session_without_one()
    {
        await using var f = new PoolFixture(leases: 1);
        var idle = await f.FillAsync(f.Of("shop"), 1);

        var lease = await f.TakeAsync(f.Of(null));

        Assert.NotSame(idle[0], lease);
        Assert.Equal(f.Of(null), lease.Fingerprint);
    }

    [Fact]
    public async Task A_stale_connection_is_discarded_and_the_next_one_leased()
    {
        await using var f = new PoolFixture();
        var shop = f.Of("shop");
        var idle = await f.FillAsync(shop, 2);
        f.Time.Advance(TimeSpan.FromMilliseconds(250));
        idle[0].Stale = true;

        Assert.True(f.Pool.TryLease(shop, idle[0], out var leased));

        Assert.Same(idle[1], leased);
        await f.AssertAtRestAsync();
        Assert.Equal(1, idle[0].Closes);
    }

    [Fact]
    public async Task Once_a_connection_was_lost_others_are_probed_even_if_they_were_just_returned()
    {
        await using var f = new PoolFixture();
        var shop = f.Of("shop");
        var idle = await f.FillAsync(shop, 3);
        Assert.True(f.Pool.TryLease(shop, idle[0], out var lost));
        idle[0].Stale = idle[1].Stale = true;
        f.Pool.Discard(lost, "lost");

        Assert.True(f.Pool.TryLease(shop, idle[1], out var leased));
        Assert.Same(idle[2], leased);
        await f.AssertAtRestAsync();
    }

    [Fact]
    public async Task A_connection_that_was_just_returned_is_not_probed()
    {
        await using var f = new PoolFixture();
        var idle = await f.FillAsync(f.Of("shop"), 1);
        idle[0].Stale = true;

        Assert.True(f.Pool.TryLease(f.Of("shop"), null, out var leased));
        Assert.Same(idle[0], leased);
    }

    [Fact]
    public async Task A_dirty_connection_is_reset_before_it_is_leased_again_and_counts_as_leased_until_then()
    {
        await using var f = new PoolFixture(leases: 1);
        var taken = await f.TakeAsync(f.Of("shop"));
        var reset = new TaskCompletionSource<bool>();
        taken.Reset = reset.Task;

        f.Pool.ReturnDirty(taken);
        var next = f.LeaseAsync(f.Of("shop"));
        Assert.Equal(1, f.Now.Leased);
        Assert.False(next.IsCompleted);
        reset.SetResult(true);

        Assert.Same(taken, (await next).Connection);
        Assert.Equal(f.Connector.BaselineOf(PoolFixture.App), taken.Fingerprint);
    }

    [Fact]
    public async Task A_connection_whose_reset_fails_is_replaced()
    {
        await using var f = new PoolFixture(leases: 1);
        var taken = await f.TakeAsync(f.Of("shop"));
        taken.Reset = Task.FromResult(false);

        f.Pool.ReturnDirty(taken);

        Assert.NotSame(taken, await f.TakeAsync(f.Of("shop")));
        await f.AssertAtRestAsync();
    }

    [Fact]
    public async Task A_connection_of_unknown_fingerprint_is_reset_when_returned()
    {
        await using var f = new PoolFixture();
        var taken = await f.TakeAsync(f.Of("shop"));
        taken.Paint(Fingerprint.None);

        f.Pool.Return(taken);

        await PoolFixture.UntilAsync(() => f.Now.Idle == 1, "idle");
        Assert.Equal(1, f.Metrics.Resets.Value);
    }

    [Fact]
    public async Task A_connection_given_back_twice_is_refused()
    {
        await using var f = new PoolFixture();
        var taken = await f.TakeAsync(f.Of("shop"));
        f.Pool.Return(taken);

        var waiting = await f.LeaseAsync(f.Of("shop"));
        Assert.Same(taken, waiting.Connection);
        f.Pool.Discard(taken, "test");

        Assert.Throws<InvalidOperationException>(() => f.Pool.Return(taken));
        Assert.Throws<InvalidOperationException>(() => f.Pool.Discard(taken, "test"));
        await f.AssertAtRestAsync();
    }

    [Fact]
    public async Task A_retired_generation_closes_idle_ones_at_once_and_leased_ones_when_they_return()
    {
        await using var f = new PoolFixture(leases: 3);
        var shop = f.Of("shop");
        var leased = await f.TakeAsync(shop);
        var idle = await f.FillAsync(shop, 2);

        f.Pool.RetireGeneration("read only");
        await f.AssertAtRestAsync();
        Assert.All(idle, c => Assert.Equal(1, c.Closes));
        Assert.Equal(0, leased.Closes);
        f.Pool.Return(leased);
        await f.AssertAtRestAsync();
        Assert.Equal(1, leased.Closes);

        f.Pool.Return(await f.TakeAsync(shop));
        Assert.True(f.Pool.TryLease(shop, null, out _));
    }

    [Fact]
    public async Task A_connect_begun_before_the_generation_was_retired_is_not_used()
    {
        await using var f = new PoolFixture();
        f.Connector.IsScripted = true;
        var lease = f.LeaseAsync(f.Of("shop"));
        var old = await f.Connector.NextAttemptAsync();
        f.Pool.RetireGeneration("failover");

        var retired = old.Succeed();
        var fresh = (await f.Connector.NextAttemptAsync()).Succeed();

        Assert.Same(fresh, (await lease).Connection);
        await f.AssertAtRestAsync();
        Assert.Equal(1, retired.Closes);
    }

    [Fact]
    public async Task A_smaller_share_is_reached_by_closing_idle_ones_and_then_what_comes_back()
    {
        await using var f = new PoolFixture(leases: 4);
        var shop = f.Of("shop");
        var leased = await Task.WhenAll(f.TakeAsync(shop), f.TakeAsync(shop));
        await f.FillAsync(shop, 2);

        f.Pool.Resize(2);
        await f.AssertAtRestAsync();
        Assert.Equal((2, 0), (f.Now.Leased, f.Now.Idle));
        f.Pool.Return(leased[0]);
        f.Pool.Return(leased[1]);
        await f.AssertAtRestAsync();

        Assert.Equal((0, 1), (f.Now.Leased, f.Now.Idle));
    }

    [Fact]
    public async Task A_larger_share_lets_those_in_line_connect()
    {
        await using var f = new PoolFixture(leases: 1);
        await f.TakeAsync(f.Of("shop"));
        var waiting = f.LeaseAsync(f.Of("shop"));
        Assert.False(waiting.IsCompleted);

        f.Pool.Resize(3);

        Assert.NotNull((await waiting).Connection);
    }

    [Fact]
    public async Task After_disposal_nothing_is_leased_and_what_comes_back_is_closed()
    {
        var f = new PoolFixture(leases: 1);
        var leased = await f.TakeAsync(f.Of("shop"));
        var waiting = f.LeaseAsync(f.Of("shop"));

        await f.DisposeAsync();

        Assert.Equal(LeaseFailure.ShuttingDown, (await waiting).Failure);
        Assert.Equal(LeaseFailure.ShuttingDown, (await f.LeaseAsync(f.Of("shop"))).Failure);
        f.Pool.Return(leased);
        await PoolFixture.UntilAsync(() => f.Connector.Live.Count == 0, "all closed");
    }
}
