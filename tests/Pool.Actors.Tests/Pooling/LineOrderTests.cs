using Pool.Actors.Pooling;
using Pool.Actors.Settings;
using Pool.Testing;

namespace Pool.Actors.Tests.Pooling;

/// <summary>Who of those in line is served next, and with which connection.</summary>
public sealed class LineOrderTests
{
    [Fact]
    public async Task A_returned_connection_goes_to_the_first_in_line()
    {
        await using var f = new PoolFixture(leases: 1);
        var shop = f.Of("shop");
        var taken = await f.TakeAsync(shop);
        var (first, second) = (f.LeaseAsync(shop), f.LeaseAsync(shop));

        f.Pool.Return(taken);

        Assert.Same(taken, (await first).Connection);
        Assert.False(second.IsCompleted);
        Assert.Equal(1, f.Now.Waiting);
    }

    [Fact]
    public async Task While_others_stand_in_line_nobody_takes_the_quick_way_past_them()
    {
        await using var f = new PoolFixture();
        var idle = await f.FillAsync(f.Of("shop"), 1);
        f.Connector.IsScripted = true;
        var waiting = f.LeaseAsync(f.Of("shop", PoolFixture.Batch));
        var attempt = await f.Connector.NextAttemptAsync();

        Assert.False(f.Pool.TryLease(f.Of("shop"), idle[0], out _));
        var behind = f.LeaseAsync(f.Of("shop"));
        Assert.Same(idle[0], (await behind).Connection);
        attempt.Succeed();

        Assert.Equal(PoolFixture.Batch, (await waiting).Connection!.Class);
    }

    [Fact]
    public async Task Users_take_turns_and_each_users_waiters_keep_their_order()
    {
        await using var f = new PoolFixture(leases: 1);
        var shop = f.Of("shop");
        var connection = await f.TakeAsync(shop);
        var order = new List<string>();
        foreach (var name in new[] { "ann1", "ann2", "ann3", "bob1", "bob2", "cid1" })
        {
            _ = NoteAsync(name, f.LeaseAsync(shop, name[..3]));
        }

        for (var served = 1; served <= 6; served++)
        {
            f.Pool.Return(connection);
            await PoolFixture.UntilAsync(() => order.Count == served, "served");
        }

        Assert.Equal(["ann1", "bob1", "cid1", "ann2", "bob2", "ann3"], order);

        async Task NoteAsync(string name, Task<LeaseResult> lease)
        {
            await lease;
            order.Add(name);
        }
    }

    [Fact]
    public async Task A_user_who_was_just_served_waits_for_a_turn_of_the_others()
    {
        await using var f = new PoolFixture(leases: 1);
        var shop = f.Of("shop");
        var connection = await f.TakeAsync(shop);
        var bob = Enumerable.Range(0, 3).Select(_ => f.LeaseAsync(shop, "bob")).ToArray();
        var ann = f.LeaseAsync(shop, "ann");

        f.Pool.Return(connection);
        await bob[0];
        f.Pool.Return(connection);
        await ann;
        var again = f.LeaseAsync(shop, "ann");
        f.Pool.Return(connection);
        await bob[1];
        f.Pool.Return(connection);

        Assert.Same(connection, (await again).Connection);
        Assert.False(bob[2].IsCompleted);
    }

    [Fact]
    public async Task Waits_that_were_given_up_do_not_count_as_served()
    {
        await using var f = new PoolFixture(leases: 1);
        var shop = f.Of("shop");
        var connection = await f.TakeAsync(shop);
        var bob = Enumerable.Range(0, 3).Select(_ => f.LeaseAsync(shop, "bob")).ToArray();
        var givenUp = Enumerable.Range(0, 50).Select(_ => new Waiter("ann")).ToArray();
        var waits = givenUp.Select(w => f.Pool.LeaseAsync(w, shop).AsTask()).ToArray();
        Assert.All(givenUp, w => Assert.True(w.Cancel()));
        await Task.WhenAll(waits);
        var ann = f.LeaseAsync(shop, "ann");

        f.Pool.Return(connection);
        await bob[0];
        f.Pool.Return(connection);
        f.Pool.Return((await await Task.WhenAny(ann, bob[1])).Connection!);

        Assert.NotNull((await ann).Connection);
        Assert.False(bob[2].IsCompleted);
    }

    [Fact]
    public async Task A_waiter_who_needs_exactly_the_returned_connection_may_pass_another_eight_times()
    {
        await using var f = new PoolFixture(leases: 1);
        var (shop, blog) = (f.Of("shop"), f.Of("blog"));
        var connection = await f.TakeAsync(shop);
        var repaint = f.LeaseAsync(blog);
        var exact = Enumerable.Range(0, 12).Select(_ => f.LeaseAsync(shop)).ToArray();

        for (var passed = 0; passed < 8; passed++)
        {
            f.Pool.Return(connection);
            await exact[passed];
            Assert.False(repaint.IsCompleted, $"served after {passed} passes");
        }

        f.Pool.Return(connection);
        Assert.Same(connection, (await repaint).Connection);
        Assert.False(exact[8].IsCompleted);
    }

    [Fact]
    public async Task In_a_large_pool_a_waiter_may_be_passed_four_times_for_each_connection()
    {
        await using var f = new PoolFixture(leases: 20);
        var (shop, blog) = (f.Of("shop"), f.Of("blog"));
        var connection = (await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => f.TakeAsync(shop))))[0];
        var repaint = f.LeaseAsync(blog);
        var exact = Enumerable.Range(0, 200).Select(_ => f.LeaseAsync(shop)).ToArray();

        var passes = 0;
        for (; passes < exact.Length; passes++)
        {
            f.Pool.Return(connection);
            if (repaint.IsCompleted)
            {
                break;
            }

            await exact[passes];
        }

        Assert.Equal(4 * f.Pool.Options.MaxConnections, passes);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(5, 1)]
    public async Task A_kind_that_is_late_is_helped_earlier_if_it_has_a_use_for_one_connection_more(int late, int patience)
    {
        await using var f = new PoolFixture(leases: 2);
        var (shop, blog) = (f.Of("shop"), f.Of("blog"));
        var (connection, its) = (await f.TakeAsync(shop), await f.TakeAsync(shop));
        var waiting = f.LeaseAsync(blog);
        f.Pool.Return(its);
        its = (FakeConnection)(await waiting).Connection!;
        its.Paint(blog);
        var first = Enumerable.Range(0, late).Select(_ => f.LeaseAsync(blog)).ToArray()[0];

        var passes = await PassesAsync(f, connection, shop, first);

        // The others of its kind joined after it as well, and so make it late by as many.
        Assert.Equal((patience * 4 * f.Pool.Options.MaxConnections) + 1 - late, passes);
    }

    [Fact]
    public async Task A_kind_whose_connection_was_idle_for_long_does_not_count_as_slow()
    {
        await using var f = new PoolFixture(leases: 2);
        f.Time.Advance(TimeSpan.FromMilliseconds(1));
        var (shop, blog) = (f.Of("shop"), f.Of("blog"));
        var (connection, its) = (await f.TakeAsync(shop), await f.TakeAsync(shop));
        var waiting = f.LeaseAsync(blog);
        f.Pool.Return(its);
        its = (FakeConnection)(await waiting).Connection!;
        its.Paint(blog);

        // Nobody waits when it comes back, and so what lies between is nobody's lease.
        f.Pool.Return(its);
        f.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Same(its, await f.TakeAsync(blog));
        waiting = f.LeaseAsync(blog);
        f.Pool.Return(its);
        await waiting;

        Assert.Equal(2 * 4 * f.Pool.Options.MaxConnections, await PassesAsync(f, connection, shop, f.LeaseAsync(blog)));
    }

    [Fact]
    public async Task In_a_long_line_a_waiter_may_be_passed_by_those_who_joined_up_to_half_the_line_later()
    {
        await using var f = new PoolFixture(leases: 1);
        var (shop, blog) = (f.Of("shop"), f.Of("blog"));
        var connection = await f.TakeAsync(shop);
        var before = Enumerable.Range(0, 100).Select(_ => f.LeaseAsync(shop)).ToArray();
        var late = f.LeaseAsync(blog);
        var after = Enumerable.Range(0, 100).Select(_ => f.LeaseAsync(shop)).ToArray();

        foreach (var exact in before.Concat(after.Take(50)))
        {
            f.Pool.Return(connection);
            await exact;
        }

        f.Pool.Return(connection);
        Assert.Same(connection, (await late).Connection);
    }

    [Fact]
    public async Task A_waiter_who_cannot_use_a_returned_connection_gets_its_place()
    {
        await using var f = new PoolFixture(leases: 1);
        var connection = await f.TakeAsync(f.Of(null, PoolFixture.Batch));
        var waiting = f.LeaseAsync(f.Of("shop"));

        f.Pool.Return(connection);

        Assert.Equal(PoolFixture.App, (await waiting).Connection!.Class);
        Assert.Equal(1, connection.Closes);
        await f.AssertAtRestAsync();
    }

    [Fact]
    public async Task A_connection_that_somebody_can_repaint_is_not_closed_for_another_more_than_eight_times_later()
    {
        await using var f = new PoolFixture(leases: 1);
        var batch = f.Of("shop", PoolFixture.Batch);
        var connection = await f.TakeAsync(batch);
        var place = f.LeaseAsync(f.Of("shop"));
        var repaints = Enumerable.Range(0, 9).Select(_ => f.LeaseAsync(f.Of("blog", PoolFixture.Batch))).ToArray();

        for (var passed = 0; passed < 8; passed++)
        {
            f.Pool.Return(connection);
            Assert.Same(connection, (await repaints[passed]).Connection);
        }

        f.Pool.Return(connection);
        Assert.Equal(PoolFixture.App, (await place).Connection!.Class);
        Assert.Equal(1, connection.Closes);
    }

    [Fact]
    public async Task One_connection_is_given_up_for_a_waiter_not_every_one_that_comes_back()
    {
        await using var f = new PoolFixture(leases: 3);
        var batch = f.Of(null, PoolFixture.Batch);
        var taken = await Task.WhenAll(f.TakeAsync(batch), f.TakeAsync(batch), f.TakeAsync(batch));
        var ended = new TaskCompletionSource<bool>();
        Array.ForEach(taken, c => c.Close = ended.Task);
        var waiting = f.LeaseAsync(f.Of("shop"));

        Array.ForEach(taken, f.Pool.Return);
        Assert.Equal((2, 1), (f.Now.Idle, f.Now.Closing));
        ended.SetResult(true);

        await waiting;
        await f.AssertAtRestAsync();
    }

    // How many of another kind are served with the connection, each for a moment, before the waiter is.
    private static async Task<int> PassesAsync(PoolFixture f, FakeConnection connection, Fingerprint others, Task<LeaseResult> waiter)
    {
        for (var passes = 0; passes < 100; passes++)
        {
            var exact = f.LeaseAsync(others);
            f.Time.Advance(TimeSpan.FromMilliseconds(1));
            f.Pool.Return(connection);
            if (waiter.IsCompleted)
            {
                return passes;
            }

            await exact;
        }

        return int.MaxValue;
    }
}
