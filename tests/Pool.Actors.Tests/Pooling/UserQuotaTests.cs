using Pool.Actors.Backends;
using Pool.Actors.Pooling;
using Pool.Testing;

namespace Pool.Actors.Tests.Pooling;

/// <summary>"ann" has a cap, "bob" has none.</summary>
public sealed class UserQuotaTests
{
    [Fact]
    public async Task A_user_never_holds_more_than_its_cap_and_others_pass_the_quick_way()
    {
        await using var f = Capped(2);
        var shop = f.Of("shop");
        await f.FillAsync(shop, 4, "bob");
        var (first, second) = (await f.TakeAsync(shop), await f.TakeAsync(shop));

        var third = f.LeaseAsync(shop);

        Assert.False(third.IsCompleted);
        Assert.False(f.Pool.TryLease(shop, null, out _, Ann(f)));
        Assert.True(f.Pool.TryLease(shop, null, out var others));
        f.Pool.Return(others);
        f.Pool.Return(first);
        Assert.NotNull((await third).Connection);
        Assert.Equal((2, 0), (Ann(f).Used, Ann(f).Waiting));
        f.Pool.Return(second);
    }

    [Fact]
    public async Task Who_waits_for_its_users_quota_opens_nothing_and_is_no_demand()
    {
        await using var f = Capped(1);
        var shop = f.Of("shop");
        var held = await f.TakeAsync(shop);
        var waiting = Enumerable.Range(0, 20).Select(_ => f.LeaseAsync(shop)).ToList();

        f.Time.Advance(PoolFixture.Tick);

        Assert.Equal((1, 0, 0, 20), (f.Now.Active, f.Now.Waiting, f.Now.Connecting, Ann(f).Waiting));
        Assert.Equal(1, f.Connector.Attempted);
        Assert.False(f.Pool.HasWaiters);
        foreach (var wait in waiting)
        {
            f.Pool.Return(held);
            held = (FakeConnection)(await wait).Connection!;
        }

        f.Pool.Return(held);
        Assert.Equal(0, Ann(f).Used);
        Assert.Equal(1, f.Connector.Attempted);
    }

    [Fact]
    public async Task The_waits_of_a_user_keep_their_order()
    {
        await using var f = Capped(1);
        var shop = f.Of("shop");
        var held = await f.TakeAsync(shop);
        var waits = new[] { f.LeaseAsync(shop), f.LeaseAsync(shop), f.LeaseAsync(shop) };

        foreach (var wait in waits)
        {
            Assert.DoesNotContain(waits.SkipWhile(w => w != wait), w => w.IsCompleted);
            f.Pool.Return(held);
            held = (FakeConnection)(await wait).Connection!;
        }
    }

    [Fact]
    public async Task A_higher_cap_serves_who_waits_and_a_lower_one_is_reached_as_leases_end()
    {
        await using var f = Capped(1);
        var shop = f.Of("shop");
        var first = await f.TakeAsync(shop);
        var waits = new[] { f.LeaseAsync(shop), f.LeaseAsync(shop), f.LeaseAsync(shop) };

        Recap(f, 3);
        var (second, third) = ((await waits[0]).Connection!, (await waits[1]).Connection!);
        Recap(f, 1);
        f.Pool.Return(first);
        f.Pool.Return(second);
        Assert.False(waits[2].IsCompleted);
        f.Pool.Return(third);
        f.Pool.Return((await waits[2]).Connection!);
        Assert.Equal((0, 1), (Ann(f).Used, Ann(f).Limit));
    }

    [Fact]
    public async Task A_cap_that_is_taken_away_lets_everybody_in()
    {
        await using var f = Capped(1);
        var shop = f.Of("shop");
        var quota = Ann(f);
        await f.TakeAsync(shop);
        var waits = new[] { f.LeaseAsync(shop), f.LeaseAsync(shop) };

        Recap(f, 0);

        Assert.All(await Task.WhenAll(waits), l => Assert.NotNull(l.Connection));
        Assert.Null(f.Pool.QuotaOf("ann"));
        Assert.Equal((3, 0), (quota.Used, quota.Waiting));
    }

    [Fact]
    public async Task A_wait_that_takes_too_long_says_that_it_was_for_the_users_own_cap()
    {
        await using var f = Capped(1, o => o with { LeaseTimeout = PoolFixture.Tick });
        var shop = f.Of("shop");
        var held = await f.TakeAsync(shop);
        var wait = f.LeaseAsync(shop);
        f.Time.Advance(PoolFixture.Tick);

        Assert.Equal(LeaseFailure.UserTimedOut, (await wait).Failure);
        f.Pool.Return(held);
        Assert.Equal((0, 0), (Ann(f).Used, Ann(f).Waiting));
    }

    [Fact]
    public async Task The_time_that_was_waited_for_the_quota_counts_in_line_too()
    {
        await using var f = Capped(1, o => o with { LeaseTimeout = PoolFixture.Tick * 2 }, leases: 1);
        var shop = f.Of("shop");
        var held = await f.TakeAsync(shop);
        var (others, wait) = (f.LeaseAsync(shop, "bob"), f.LeaseAsync(shop));
        f.Time.Advance(PoolFixture.Tick);
        f.Pool.Return(held);
        Assert.NotNull((await others).Connection);
        Assert.Equal((1, 1), (Ann(f).Used, f.Now.Waiting));
        f.Time.Advance(PoolFixture.Tick);

        Assert.Equal(LeaseFailure.TimedOut, (await wait).Failure);
        Assert.Equal(0, Ann(f).Used);
    }

    [Fact]
    public async Task A_wait_that_is_cancelled_gives_its_place_to_the_next()
    {
        await using var f = Capped(1, leases: 1);
        var shop = f.Of("shop");
        var held = await f.TakeAsync(shop, "bob");
        var (first, second, third) = (new Waiter("ann", Ann(f)), new Waiter("ann", Ann(f)), new Waiter("ann", Ann(f)));
        var waits = new[] { first, second, third }.Select(w => f.Pool.LeaseAsync(w, shop).AsTask()).ToArray();
        Assert.Equal((1, 2), (f.Now.Waiting, Ann(f).Waiting));

        Assert.True(second.Cancel());
        Assert.True(first.Cancel());
        Assert.Equal((1, 0, 1), (f.Now.Waiting, Ann(f).Waiting, Ann(f).Used));
        f.Pool.Return(held);

        Assert.Equal([LeaseFailure.Cancelled, LeaseFailure.Cancelled], new[] { (await waits[0]).Failure, (await waits[1]).Failure });
        f.Pool.Return((await waits[2]).Connection!);
        Assert.Equal(0, Ann(f).Used);
    }

    [Fact]
    public async Task A_broken_connection_counts_until_the_server_has_ended_it()
    {
        await using var f = Capped(1);
        var shop = f.Of("shop");
        var broken = await f.TakeAsync(shop);
        var end = new TaskCompletionSource<bool>();
        broken.Close = end.Task;
        var wait = f.LeaseAsync(shop);
        f.Pool.Discard(broken, "test");
        await PoolFixture.UntilAsync(() => broken.Closes == 1, "it is being closed");
        f.Time.Advance(PoolFixture.Tick);
        Assert.False(wait.IsCompleted);

        end.SetResult(true);
        f.Pool.Return((await wait).Connection!);
        Assert.Equal(0, Ann(f).Used);
    }

    [Fact]
    public async Task What_is_given_back_dirty_counts_until_it_has_been_reset()
    {
        await using var f = Capped(1);
        var shop = f.Of("shop");
        var dirty = await f.TakeAsync(shop);
        var reset = new TaskCompletionSource<bool>();
        dirty.Reset = reset.Task;
        var wait = f.LeaseAsync(shop);
        f.Pool.ReturnDirty(dirty);
        f.Time.Advance(PoolFixture.Tick);
        Assert.Equal((false, 1), (wait.IsCompleted, Ann(f).Used));

        reset.SetResult(true);
        f.Pool.Return((await wait).Connection!);
        Assert.Equal(0, Ann(f).Used);
    }

    [Fact]
    public async Task A_line_that_is_full_for_one_user_is_not_for_others()
    {
        await using var f = Capped(1, o => o with { MaxWaiters = 2 });
        var shop = f.Of("shop");
        var held = await f.TakeAsync(shop);
        var (first, second) = (f.LeaseAsync(shop), f.LeaseAsync(shop));

        Assert.Equal(LeaseFailure.LineFull, (await f.LeaseAsync(shop)).Failure);
        Assert.NotNull((await f.LeaseAsync(shop, "bob")).Connection);
        Assert.False(first.IsCompleted || second.IsCompleted);
        Assert.Equal((1, 2), (Ann(f).Used, Ann(f).Waiting));
        f.Pool.Return(held);
    }

    [Fact]
    public async Task A_full_line_takes_no_place_of_a_user()
    {
        await using var f = Capped(2, o => o with { MaxWaiters = 1 }, leases: 1);
        var shop = f.Of("shop");
        var held = await f.TakeAsync(shop, "bob");
        var waiting = f.LeaseAsync(shop, "bob");

        Assert.Equal(LeaseFailure.LineFull, (await f.LeaseAsync(shop)).Failure);
        Assert.Equal(0, Ann(f).Used);
        f.Pool.Return(held);
        Assert.NotNull((await waiting).Connection);
    }

    [Fact]
    public async Task A_connect_that_fails_gives_the_place_back()
    {
        await using var f = Capped(1);
        f.Connector.Failing = _ => new ConnectFailure(ConnectFailureKind.Unreachable, "scripted");
        Assert.Equal(LeaseFailure.ConnectFailed, (await f.LeaseAsync(f.Of("shop"))).Failure);
        Assert.Equal((0, 0), (Ann(f).Used, Ann(f).Waiting));
    }

    [Fact]
    public async Task A_pool_that_ends_fails_those_who_wait_for_a_quota()
    {
        var f = Capped(1);
        var shop = f.Of("shop");
        var held = await f.TakeAsync(shop);
        var waits = new[] { f.LeaseAsync(shop), f.LeaseAsync(shop) };
        await f.DisposeAsync();

        Assert.All(await Task.WhenAll(waits), l => Assert.Equal(LeaseFailure.ShuttingDown, l.Failure));
        f.Pool.Return(held);
        await PoolFixture.UntilAsync(() => Ann(f) is { Used: 0, Waiting: 0 }, "nothing is left");
    }

    private static PoolFixture Capped(int cap, Func<PoolOptions, PoolOptions>? change = null, int leases = 4) =>
        new(leases, o => (change?.Invoke(o) ?? o) with { UserCaps = new Dictionary<string, int> { ["ann"] = cap } });

    private static void Recap(PoolFixture f, int cap) =>
        f.Pool.Reconfigure(f.Pool.Options with { UserCaps = new Dictionary<string, int> { ["ann"] = cap } });

    private static UserQuota Ann(PoolFixture f) => f.Pool.UserQuotas.Single(q => q.User == "ann");
}
