using Pool.Actors.Backends;
using Pool.Actors.Pooling;
using Pool.Testing;

namespace Pool.Actors.Tests.Pooling;

public sealed class ConnectingTests
{
    private static readonly ConnectFailure s_unreachable = new(ConnectFailureKind.Unreachable, "no route");

    [Fact]
    public async Task The_waiter_who_asked_is_told_the_failure_at_once()
    {
        await using var f = new PoolFixture();
        f.Connector.Failing = _ => s_unreachable;

        var lease = await f.LeaseAsync(f.Of("shop"));

        Assert.Equal((LeaseFailure.ConnectFailed, s_unreachable), (lease.Failure, lease.ConnectFailure));
        await f.AssertAtRestAsync();
        Assert.Equal(0, f.Now.Active);
        Assert.Equal(1, f.Metrics.ConnectsFailed["Unreachable"].Value);
    }

    [Theory]
    [InlineData(ConnectFailureKind.Unreachable, true)]
    [InlineData(ConnectFailureKind.AccessDenied, false)]
    [InlineData(ConnectFailureKind.TimedOut, true)]
    [InlineData(ConnectFailureKind.TooManyConnections, false)]
    [InlineData(ConnectFailureKind.NotPermitted, false)]
    public async Task Connects_are_in_vain_from_one_that_more_places_would_not_have_helped_to_one_that_succeeds(ConnectFailureKind kind, bool isInVain)
    {
        await using var f = new PoolFixture(change: o => o with { LeaseTimeout = TimeSpan.FromHours(1) });
        f.Connector.IsScripted = true;
        _ = f.LeaseAsync(f.Of("shop"));
        (await f.Connector.NextAttemptAsync()).Fail(kind);
        await PoolFixture.UntilAsync(() => f.Now.Connecting == 0, "it has failed");
        Assert.Equal(isInVain, f.Now.ConnectsInVain);

        f.Connector.IsScripted = false;
        var next = f.LeaseAsync(f.Of("shop"));
        await PoolFixture.UntilAsync(
            () =>
            {
                f.Time.Advance(PoolFixture.Tick);
                return next.IsCompleted;
            },
            "one has succeeded");
        Assert.NotNull((await next).Connection);
        Assert.False(f.Now.ConnectsInVain);
    }

    [Fact]
    public async Task Those_who_waited_through_all_of_a_failed_attempt_fail_with_it_and_later_ones_do_not()
    {
        await using var f = new PoolFixture(leases: 1);
        f.Connector.IsScripted = true;
        var first = f.LeaseAsync(f.Of("shop"));
        var attempt = await f.Connector.NextAttemptAsync();
        var during = f.LeaseAsync(f.Of("shop"));

        attempt.Fail(ConnectFailureKind.Unreachable);
        Assert.Equal(LeaseFailure.ConnectFailed, (await first).Failure);
        Assert.False(during.IsCompleted);
        f.Time.Advance(PoolFixture.Tick);
        (await f.Connector.NextAttemptAsync()).Fail(ConnectFailureKind.Unreachable);

        Assert.Equal(LeaseFailure.ConnectFailed, (await during).Failure);
    }

    [Fact]
    public async Task After_a_failure_connects_are_tried_one_at_a_time_and_later_each_time()
    {
        await using var f = new PoolFixture(leases: 10, o => o with { LeaseTimeout = TimeSpan.FromHours(1) });
        f.Connector.IsScripted = true;
        var waiting = f.LeaseAsync(f.Of("shop"));
        var attempt = await f.Connector.NextAttemptAsync();
        var gaps = new List<double>();
        for (var failures = 1; failures <= 8; failures++)
        {
            attempt.Fail(ConnectFailureKind.TooManyConnections);
            await PoolFixture.UntilAsync(() => f.Now.Connecting == 0, "the attempt ended");
            _ = f.LeaseAsync(f.Of("shop"));
            Assert.Equal(0, f.Now.Connecting);
            var failed = f.Time.Elapsed;
            while (f.Now.Connecting == 0)
            {
                f.Time.Advance(PoolFixture.Tick);
            }

            Assert.Equal(1, f.Now.Connecting);
            gaps.Add((f.Time.Elapsed - failed).TotalMilliseconds);
            attempt = await f.Connector.NextAttemptAsync();
        }

        Assert.Equal(gaps.Order(), gaps);
        Assert.InRange(gaps[^1], 2_500, 5_250);
        f.Connector.IsScripted = false;
        attempt.Succeed();
        Assert.NotNull((await waiting).Connection);
    }

    [Fact]
    public async Task A_refused_login_fails_everyone_of_its_class_and_nobody_else()
    {
        await using var f = new PoolFixture(leases: 1);
        f.Connector.IsScripted = true;
        var app = f.LeaseAsync(f.Of("shop"));
        var attempt = await f.Connector.NextAttemptAsync();
        var (appToo, batch) = (f.LeaseAsync(f.Of("blog")), f.LeaseAsync(f.Of("shop", PoolFixture.Batch)));

        attempt.Fail(ConnectFailureKind.AccessDenied);

        Assert.Equal(ConnectFailureKind.AccessDenied, (await app).ConnectFailure!.Kind);
        Assert.Equal(ConnectFailureKind.AccessDenied, (await appToo).ConnectFailure!.Kind);
        (await f.Connector.NextAttemptAsync()).Succeed();
        Assert.Equal(PoolFixture.Batch, (await batch).Connection!.Class);
    }

    [Fact]
    public async Task A_refused_login_is_not_repeated_at_once()
    {
        await using var f = new PoolFixture();
        f.Connector.Failing = _ => new(ConnectFailureKind.AccessDenied, "denied", 1045);
        await f.LeaseAsync(f.Of("shop"));

        var next = f.LeaseAsync(f.Of("shop"));
        Assert.Equal(1, f.Connector.Attempted);
        f.Time.Advance(PoolFixture.Tick);

        Assert.Equal(LeaseFailure.ConnectFailed, (await next).Failure);
        Assert.Equal(2, f.Connector.Attempted);
    }

    [Fact]
    public async Task A_full_server_keeps_its_waiters_waiting()
    {
        await using var f = new PoolFixture();
        f.Connector.IsScripted = true;
        var waiting = f.LeaseAsync(f.Of("shop"));
        (await f.Connector.NextAttemptAsync()).Fail(ConnectFailureKind.TooManyConnections);
        await PoolFixture.UntilAsync(() => f.Now.Connecting == 0, "the attempt ended");

        Assert.Equal(1, f.Now.Waiting);
        f.Time.Advance(PoolFixture.Tick);
        var connection = (await f.Connector.NextAttemptAsync()).Succeed();

        Assert.Same(connection, (await waiting).Connection);
    }

    [Fact]
    public async Task A_waiter_whose_connect_fails_gets_another_connection_to_repaint_if_there_is_one()
    {
        await using var f = new PoolFixture();
        var idle = await f.FillAsync(f.Of("shop"), 1);
        f.Connector.Failing = _ => s_unreachable;

        var lease = await f.LeaseAsync(f.Of("blog"));

        Assert.Same(idle[0], lease.Connection);
    }

    [Fact]
    public async Task A_waiter_whom_no_idle_connection_can_serve_gets_the_place_of_one_though_the_last_connect_failed()
    {
        await using var f = new PoolFixture(leases: 2);
        await f.FillAsync(f.Of("shop"), 1);
        var idle = await f.TakeAsync(f.Of("shop"));
        f.Connector.Failing = _ => s_unreachable;
        Assert.NotNull((await f.LeaseAsync(f.Of(null))).ConnectFailure);
        f.Connector.Failing = null;

        // The share falls before the next attempt, so that no place is free for one.
        f.Pool.Resize(2);
        f.Pool.Return(idle);
        var waiting = f.LeaseAsync(f.Of(null));
        for (var waited = TimeSpan.Zero; !waiting.IsCompleted && waited < TimeSpan.FromSeconds(10); waited += PoolFixture.Tick)
        {
            f.Time.Advance(PoolFixture.Tick);
            await Task.Delay(1);
        }

        Assert.NotNull((await waiting).Connection);
        await f.AssertAtRestAsync();
    }

    [Fact]
    public async Task A_waiter_whose_connect_takes_long_gets_another_connection_to_repaint_meanwhile()
    {
        await using var f = new PoolFixture();
        var idle = await f.FillAsync(f.Of("shop"), 1);
        f.Connector.IsScripted = true;
        var lease = f.LeaseAsync(f.Of("blog"));
        var attempt = await f.Connector.NextAttemptAsync();

        f.Time.Advance(PoolFixture.Tick);
        Assert.Same(idle[0], (await lease).Connection);
        attempt.Succeed();

        await PoolFixture.UntilAsync(() => f.Now is { Idle: 1, Leased: 1 }, "the new one is idle");
    }

    [Fact]
    public async Task While_connects_fail_no_working_connection_is_given_up_for_one()
    {
        await using var f = new PoolFixture(leases: 2);
        f.Connector.Failing = c => c == PoolFixture.App ? s_unreachable : null;
        var idle = await f.FillAsync(f.Of("shop", PoolFixture.Batch), 1);
        await f.LeaseAsync(f.Of("shop"));

        var waiting = f.LeaseAsync(f.Of("shop"));

        Assert.False(waiting.IsCompleted);
        Assert.Equal(0, idle[0].Closes);
    }

    [Theory]
    [InlineData(false, 4)]
    [InlineData(true, 1)]
    public async Task No_more_idle_connections_are_given_up_than_connects_may_begin(bool isFailing, int expected)
    {
        await using var f = new PoolFixture(leases: 8, o => o with { LeaseTimeout = TimeSpan.FromHours(1) });
        var closing = new TaskCompletionSource<bool>();
        foreach (var connection in await f.FillAsync(f.Of("shop"), isFailing ? 7 : 8))
        {
            connection.Close = closing.Task;
        }

        if (isFailing)
        {
            f.Connector.Failing = _ => new(ConnectFailureKind.TooManyConnections, "full", 1040);
            _ = f.LeaseAsync(f.Of("shop", PoolFixture.Batch));
            await PoolFixture.UntilAsync(() => f.Connector.Attempted == 8 && f.Now.Connecting == 0, "a connect has failed");
            f.Pool.Resize(8);
        }

        _ = Enumerable.Range(0, 8).Select(_ => f.LeaseAsync(f.Of("shop", PoolFixture.Batch))).ToArray();
        for (var tick = 0; tick < 8; tick++)
        {
            f.Time.Advance(PoolFixture.Tick);
            await PoolFixture.UntilAsync(() => f.Now.IsConserved, "the tick has passed");
        }

        var givenUp = f.Now.Closing;
        f.Connector.Failing = null;
        closing.SetResult(true);
        Assert.Equal(expected, givenUp);
    }

    [Fact]
    public async Task Who_waits_in_vain_at_a_full_server_is_told_what_it_says()
    {
        await using var f = new PoolFixture(leases: 2);
        var held = await f.LeaseAsync(f.Of("shop"));
        f.Connector.Failing = _ => new(ConnectFailureKind.TooManyConnections, "full", 1040);
        var waiting = f.LeaseAsync(f.Of("shop"));
        await PoolFixture.UntilAsync(() => f.Connector.Attempted == 2 && f.Now.Connecting == 0, "a connect has failed");
        f.Time.Advance(f.Pool.Options.LeaseTimeout + PoolFixture.Tick);

        var result = await waiting;
        Assert.Equal((LeaseFailure.TimedOut, "full"), (result.Failure, result.ConnectFailure?.Text));
        f.Pool.Return(held.Connection!);
    }

    [Fact]
    public async Task At_most_four_connects_are_under_way()
    {
        await using var f = new PoolFixture(leases: 10);
        f.Connector.IsScripted = true;
        var waiting = Enumerable.Range(0, 10).Select(_ => f.LeaseAsync(f.Of("shop"))).ToArray();

        Assert.Equal(4, f.Now.Connecting);
        for (var i = 0; i < 10; i++)
        {
            (await f.Connector.NextAttemptAsync()).Succeed();
        }

        Assert.All(await Task.WhenAll(waiting), l => Assert.NotNull(l.Connection));
    }

    [Fact]
    public async Task Connects_are_begun_at_the_configured_rate()
    {
        await using var f = new PoolFixture(
            leases: 50, o => o with { ConnectsPerSecond = 4, LeaseTimeout = TimeSpan.FromHours(1) });
        _ = Enumerable.Range(0, 20).Select(_ => f.LeaseAsync(f.Of("shop"))).ToArray();

        await PoolFixture.UntilAsync(() => f.Now.Leased == 4, "a second's worth");
        for (var i = 1; i <= 8; i++)
        {
            f.Time.Advance(PoolFixture.Tick);
            await PoolFixture.UntilAsync(() => f.Now is { Connecting: 0 } now && now.Leased == 4 + i, "one more");
        }

        Assert.Equal(12, f.Connector.Attempted);
    }

    [Fact]
    public async Task A_connect_that_does_not_end_is_given_up_after_its_time()
    {
        await using var f = new PoolFixture(change: o => o with { ConnectTimeout = TimeSpan.FromSeconds(2) });
        f.Connector.IsScripted = true;
        var lease = f.LeaseAsync(f.Of("shop"));
        await f.Connector.NextAttemptAsync();

        f.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(ConnectFailureKind.TimedOut, (await lease).ConnectFailure!.Kind);
        await f.AssertAtRestAsync();
    }

    [Fact]
    public async Task A_connector_that_throws_costs_neither_the_place_nor_the_waiter()
    {
        await using var f = new PoolFixture();
        f.Connector.Failing = _ => throw new InvalidCastException("secret");

        var lease = await f.LeaseAsync(f.Of("shop"));

        Assert.Equal(ConnectFailureKind.Protocol, lease.ConnectFailure!.Kind);
        Assert.DoesNotContain("secret", lease.ConnectFailure.Text);
        await f.AssertAtRestAsync();
        Assert.Equal(0, f.Now.Active);
    }

    [Fact]
    public async Task A_connection_whose_waiter_has_gone_becomes_idle()
    {
        await using var f = new PoolFixture();
        f.Connector.IsScripted = true;
        var waiter = new Waiter("ann");
        var wait = f.Pool.LeaseAsync(waiter, f.Of("shop")).AsTask();
        var attempt = await f.Connector.NextAttemptAsync();
        waiter.Cancel();

        attempt.Succeed();

        await PoolFixture.UntilAsync(() => f.Now.Idle == 1, "idle");
        Assert.Equal(LeaseFailure.Cancelled, (await wait).Failure);
    }
}
