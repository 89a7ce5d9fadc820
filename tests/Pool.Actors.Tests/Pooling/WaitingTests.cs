using Pool.Actors.Backends;
using Pool.Actors.Pooling;
using Pool.Actors.Settings;

namespace Pool.Actors.Tests.Pooling;

/// <summary>How a wait in line begins and ends, and how long the line may be.</summary>
public sealed class WaitingTests
{
    [Fact]
    public async Task A_cancelled_waiter_is_never_handed_a_connection()
    {
        await using var f = new PoolFixture(leases: 1);
        var taken = await f.TakeAsync(f.Of("shop"));
        var waiter = new Waiter("ann");
        var wait = f.Pool.LeaseAsync(waiter, f.Of("shop")).AsTask();

        Assert.True(waiter.Cancel());
        f.Pool.Return(taken);

        Assert.Equal(LeaseFailure.Cancelled, (await wait).Failure);
        Assert.False(waiter.Cancel());
        Assert.Equal(1, f.Now.Idle);
    }

    [Fact]
    public async Task A_waiter_that_was_granted_can_no_longer_be_cancelled()
    {
        await using var f = new PoolFixture();
        await f.FillAsync(f.Of("shop"), 1);
        var waiter = new Waiter("ann");

        var lease = await f.Pool.LeaseAsync(waiter, f.Of("shop"));

        Assert.False(waiter.Cancel());
        Assert.NotNull(lease.Connection);
    }

    [Fact]
    public async Task A_waiter_that_expired_is_never_handed_a_connection()
    {
        await using var f = new PoolFixture(leases: 1, o => o with { LeaseTimeout = TimeSpan.FromSeconds(3) });
        var taken = await f.TakeAsync(f.Of("shop"));
        var early = f.LeaseAsync(f.Of("shop"));
        f.Time.Advance(TimeSpan.FromSeconds(1));
        var late = f.LeaseAsync(f.Of("shop"));

        f.Time.Advance(TimeSpan.FromSeconds(1.75));
        Assert.False(early.IsCompleted);
        f.Time.Advance(TimeSpan.FromSeconds(0.25));
        Assert.Equal(LeaseFailure.TimedOut, (await early).Failure);
        Assert.False(late.IsCompleted);
        f.Pool.Return(taken);

        Assert.Same(taken, (await late).Connection);
        Assert.Equal(1, f.Metrics.WaitsFailed["TimedOut"].Value);
    }

    [Fact]
    public async Task Who_waits_in_vain_where_no_connection_may_be_opened_is_told_that()
    {
        await using var f = new PoolFixture(leases: 1);
        f.Connector.MayConnect = false;
        var waiting = f.LeaseAsync(f.Of("shop"));
        f.Time.Advance(f.Pool.Options.LeaseTimeout);

        var result = await waiting;
        Assert.Equal(LeaseFailure.TimedOut, result.Failure);
        Assert.Equal(ConnectFailureKind.NotPermitted, result.ConnectFailure?.Kind);
    }

    [Fact]
    public async Task Changed_limits_hold_from_the_next_lease_on()
    {
        await using var f = new PoolFixture(leases: 1, o => o with { MaxWaiters = 1 });
        var shop = f.Of("shop");
        await f.TakeAsync(shop);
        var first = f.LeaseAsync(shop);
        Assert.Equal(LeaseFailure.LineFull, (await f.LeaseAsync(shop)).Failure);

        f.Pool.Reconfigure(f.Pool.Options with { MaxWaiters = 2, MaxConnections = f.Pool.Options.MaxConnections + 1 });

        Assert.NotNull((await first).Connection);
        Assert.False(f.LeaseAsync(shop).IsCompleted);
        Assert.False(f.LeaseAsync(shop).IsCompleted);
        Assert.Equal(2, f.Now.Waiting);
    }

    [Fact]
    public async Task A_full_line_refuses_at_once_and_takes_others_again_later()
    {
        await using var f = new PoolFixture(leases: 1, o => o with { MaxWaiters = 2 });
        var shop = f.Of("shop");
        var taken = await f.TakeAsync(shop);
        var waiting = new[] { f.LeaseAsync(shop), f.LeaseAsync(shop) };

        Assert.Equal(LeaseFailure.LineFull, (await f.LeaseAsync(shop)).Failure);
        f.Pool.Return(taken);
        await waiting[0];
        var next = f.LeaseAsync(shop);
        Assert.False(next.IsCompleted);
        Assert.Equal(2, f.Now.Waiting);
    }

    [Fact]
    public async Task A_waiter_can_wait_in_one_line_only()
    {
        await using var f = new PoolFixture(leases: 1);
        await f.TakeAsync(f.Of("shop"));
        var waiter = new Waiter("ann");
        var wait = f.Pool.LeaseAsync(waiter, f.Of("shop")).AsTask();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await f.Pool.LeaseAsync(waiter, f.Of("shop")));
        Assert.True(waiter.Cancel());
        await wait;
    }

    [Fact]
    public async Task The_snapshot_tells_how_long_the_longest_has_waited()
    {
        await using var f = new PoolFixture(leases: 1);
        await f.TakeAsync(f.Of("shop"));
        _ = f.LeaseAsync(f.Of("shop"));
        f.Time.Advance(TimeSpan.FromSeconds(2));
        _ = f.LeaseAsync(f.Of("shop"));
        f.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal((2, TimeSpan.FromSeconds(3)), (f.Now.Waiting, f.Now.LongestWait));
    }

    [Fact]
    public async Task A_long_line_of_sessions_that_return_at_once_does_not_pile_up_on_one_stack()
    {
        await using var f = new PoolFixture(leases: 1, o => o with { MaxWaiters = 20_000 });
        var shop = f.Of("shop");
        var taken = await f.TakeAsync(shop);
        var depth = new ThreadLocal<int>(trackAllValues: false);
        var deepest = 0;
        var sessions = Enumerable.Range(0, 20_000).Select(_ => SessionAsync()).ToArray();

        f.Pool.Return(taken);
        await Task.WhenAll(sessions).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.InRange(deepest, 1, 5);

        async Task SessionAsync()
        {
            var lease = await f.Pool.LeaseAsync(new Waiter("ann"), shop);
            deepest = Math.Max(deepest, ++depth.Value);
            f.Pool.Return(lease.Connection!);
            depth.Value--;
        }
    }

    [Fact]
    public async Task A_fingerprint_that_is_none_is_refused()
    {
        await using var f = new PoolFixture();
        Assert.False(f.Pool.TryLease(Fingerprint.None, null, out _));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await f.Pool.LeaseAsync(new Waiter("ann"), Fingerprint.None));
    }
}
