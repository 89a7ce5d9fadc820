using Pool.Actors.Backends;
using Pool.Actors.Pooling;
using Pool.Testing;

namespace Pool.Actors.Tests.Pooling;

public sealed class ClosingTests
{
    internal static readonly Task<bool> NotSeen = Task.FromResult(false);

    [Fact]
    public async Task A_place_comes_back_only_after_the_server_has_ended_the_connection()
    {
        await using var f = new PoolFixture(leases: 1);
        var taken = await TakeStubbornAsync(f);
        var isKilled = AcceptKills(f, taken);

        f.Pool.Discard(taken, "test");
        var waiting = f.LeaseAsync(f.Of("shop"));
        await PoolFixture.UntilAsync(isKilled, "KILL");
        f.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((1, 1), (f.Now.Closing, f.Now.Active));
        Assert.False(waiting.IsCompleted);

        f.Connector.End(taken.ThreadId);
        await AdvanceUntilAsync(f, () => waiting.IsCompleted, "the place is free");

        Assert.NotSame(taken, (await waiting).Connection);
        await f.AssertAtRestAsync();
    }

    [Fact]
    public async Task A_connection_that_the_server_was_not_seen_to_end_is_killed()
    {
        await using var f = new PoolFixture(leases: 1);
        var taken = await TakeStubbornAsync(f);

        f.Pool.Discard(taken, "test");
        await AdvanceUntilAsync(f, () => f.Now.Closing == 0, "gone");

        Assert.DoesNotContain(taken, f.Connector.Live);
        await f.AssertAtRestAsync();
    }

    [Fact]
    public async Task A_connection_of_before_the_servers_restart_is_not_killed_by_a_number_that_another_has_now()
    {
        await using var f = new PoolFixture();
        var old = await TakeStubbornAsync(f);
        f.Time.Advance(TimeSpan.FromMinutes(1));
        f.Connector.Restart();
        var next = await f.TakeAsync(f.Of("shop"));
        Assert.Equal(old.ThreadId, next.ThreadId);

        f.Pool.Discard(old, "lost");
        await AdvanceUntilAsync(f, () => f.Now.Closing == 0, "its place is free");
        Assert.Contains(next, f.Connector.Live);
        Assert.Equal(0, f.Metrics.BackendKills.Value);
    }

    [Fact]
    public async Task A_connection_whose_server_is_restarted_after_its_kill_keeps_its_place_no_longer_though_another_has_its_number()
    {
        await using var f = new PoolFixture();
        var old = await TakeStubbornAsync(f);
        var isKilled = AcceptKills(f, old);
        f.Pool.Discard(old, "lost");
        await AdvanceUntilAsync(f, isKilled, "KILL");
        f.Time.Advance(TimeSpan.FromMinutes(1));
        f.Connector.Live.Single(c => c != old).Stale = true;
        f.Connector.Restart();
        var next = await f.TakeAsync(f.Of("shop"));
        Assert.Equal(old.ThreadId, next.ThreadId);

        await AdvanceUntilAsync(f, () => f.Now.Closing == 0, "its place is free");
        Assert.Contains(next, f.Connector.Live);
    }

    [Fact]
    public async Task A_server_whose_clock_was_set_back_is_not_taken_for_one_that_was_restarted()
    {
        await using var f = new PoolFixture();
        var old = await TakeStubbornAsync(f);
        f.Time.Advance(TimeSpan.FromMinutes(1));
        f.Connector.Answer = (_, sql) => sql.StartsWith("SHOW GLOBAL STATUS", StringComparison.Ordinal) ? new(0, null, [["Uptime", "-5"]]) : null;

        f.Pool.Discard(old, "lost");
        await AdvanceUntilAsync(f, () => f.Now.Closing == 0, "its place is free");
        Assert.DoesNotContain(old, f.Connector.Live);
    }

    [Fact]
    public async Task A_connect_that_fails_after_its_login_keeps_its_place_until_the_server_has_ended_the_thread()
    {
        await using var f = new PoolFixture(leases: 1);
        f.Connector.IsScripted = true;
        var first = f.LeaseAsync(f.Of("shop"));
        var unfinished = (await f.Connector.NextAttemptAsync()).FailUnfinished();
        f.Connector.IsScripted = false;
        var isKilled = AcceptKills(f, unfinished);

        Assert.NotNull((await first).ConnectFailure);
        await PoolFixture.UntilAsync(isKilled, "KILL");
        var second = f.LeaseAsync(f.Of("shop"));
        f.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((1, 1), (f.Now.Closing, f.Now.Active));
        Assert.False(second.IsCompleted);

        f.Connector.End(unfinished.ThreadId);
        await AdvanceUntilAsync(f, () => second.IsCompleted, "the place is free");
        Assert.NotNull((await second).Connection);
        await f.AssertAtRestAsync();
    }

    [Fact]
    public async Task A_control_connection_that_fails_after_its_login_is_ended_by_the_next()
    {
        await using var f = new PoolFixture(leases: 1);
        f.Connector.IsScripted = true;
        var asking = f.Pool.ControlAsync("KILL QUERY 4711", CancellationToken.None).AsTask();
        var unfinished = (await f.Connector.NextAttemptAsync()).FailUnfinished();
        f.Connector.IsScripted = false;
        Assert.Equal(-1, (await asking).ErrorCode);

        Assert.Equal(1094, (await f.Pool.ControlAsync("KILL QUERY 4711", CancellationToken.None)).ErrorCode);
        await AdvanceUntilAsync(f, () => !f.Connector.Live.Contains(unfinished), "ended");
        await AdvanceUntilAsync(f, () => f.Now.Closing == 0, "its place is free");
    }

    [Fact]
    public async Task Without_the_right_to_see_threads_an_empty_process_list_proves_nothing()
    {
        await using var f = new PoolFixture(leases: 1);
        var taken = await TakeStubbornAsync(f);
        var asked = 0;
        f.Connector.Answer = (_, sql) => !f.Connector.Live.Contains(taken) ? null
            : sql.StartsWith("KILL", StringComparison.Ordinal) ? new QueryResult(++asked > 2 ? 1095 : 0, "not owner", [])
            : new QueryResult(0, null, []);

        f.Pool.Discard(taken, "test");
        await AdvanceUntilAsync(f, () => asked > 4, "asked again");
        Assert.Equal(1, f.Now.Closing);
        f.Connector.End(taken.ThreadId);

        await AdvanceUntilAsync(f, () => f.Now.Closing == 0, "gone");
    }

    [Fact]
    public async Task While_control_is_away_the_place_stays_taken_and_the_kill_is_tried_again()
    {
        await using var f = new PoolFixture(leases: 1);
        var taken = await TakeStubbornAsync(f);
        f.Connector.Failing = _ => new(ConnectFailureKind.Unreachable, "no route");

        f.Pool.Discard(taken, "test");
        var before = f.Connector.Attempted;
        await AdvanceUntilAsync(f, () => f.Connector.Attempted >= before + 3, "tried again");
        Assert.Equal(1, f.Now.Closing);
        f.Connector.Failing = null;

        await AdvanceUntilAsync(f, () => f.Now.Closing == 0, "gone");
        await f.AssertAtRestAsync();
    }

    [Fact]
    public async Task A_close_that_throws_is_a_close_that_was_not_seen()
    {
        await using var f = new PoolFixture(leases: 1);
        var taken = await f.TakeAsync(f.Of("shop"));
        taken.Close = Task.FromException<bool>(new InvalidCastException());

        f.Pool.Discard(taken, "test");

        await AdvanceUntilAsync(f, () => f.Now.Closing == 0, "gone");
        await f.AssertAtRestAsync();
    }

    [Fact]
    public async Task Disposal_waits_until_idle_connections_have_ended()
    {
        var f = new PoolFixture();
        var idle = await f.FillAsync(f.Of("shop"), 2);
        var ended = new TaskCompletionSource<bool>();
        idle[0].Close = ended.Task;

        var disposal = f.DisposeAsync().AsTask();
        await PoolFixture.UntilAsync(() => f.Connector.Live.Count == 1, "the other ended");
        Assert.False(disposal.IsCompleted);
        ended.SetResult(true);

        await disposal;
        Assert.Empty(f.Connector.Live);
    }

    [Fact]
    public async Task Disposal_kills_what_was_not_seen_to_end_and_waits_for_it()
    {
        var f = new PoolFixture();
        var taken = await f.FillAsync(f.Of("shop"), 2);
        taken[0].Close = NotSeen;

        var disposal = f.DisposeAsync().AsTask();
        await AdvanceUntilAsync(f, () => disposal.IsCompleted, "disposed");

        await disposal;
        Assert.Empty(f.Connector.Live);
        Assert.Equal(0, f.Now.Active);
    }

    [Fact]
    public async Task Disposal_gives_up_on_a_server_that_does_not_answer_and_says_what_may_be_left()
    {
        var f = new PoolFixture();
        var taken = await TakeStubbornAsync(f);
        f.Connector.Failing = _ => new(ConnectFailureKind.Unreachable, "no route");
        f.Pool.Discard(taken, "test");

        var disposal = f.DisposeAsync().AsTask();
        await AdvanceUntilAsync(f, () => disposal.IsCompleted, "disposed");

        await disposal;
        Assert.Equal((1, 1), (f.Now.Active, f.Now.Closing));
    }

    [Fact]
    public async Task Disposal_gives_up_on_a_reset_that_is_not_answered_and_says_what_may_be_left()
    {
        var f = new PoolFixture();
        var taken = await TakeStubbornAsync(f);
        taken.Reset = new TaskCompletionSource<bool>().Task;
        f.Connector.Failing = _ => new(ConnectFailureKind.Unreachable, "no route");
        f.Pool.ReturnDirty(taken);

        var disposal = f.DisposeAsync().AsTask();
        await AdvanceUntilAsync(f, () => disposal.IsCompleted, "disposed");

        await disposal;
        Assert.Equal((1, 1), (f.Now.Active, f.Now.Closing));
    }

    // A connection that the server will not be seen to end.
    internal static async Task<FakeConnection> TakeStubbornAsync(PoolFixture f)
    {
        var taken = await f.TakeAsync(f.Of("shop"));
        taken.Close = NotSeen;
        return taken;
    }

    // KILLs of the connection succeed and do not end it; whether there was one is the answer.
    internal static Func<bool> AcceptKills(PoolFixture f, FakeConnection connection)
    {
        var isKilled = false;
        f.Connector.Answer = (_, sql) =>
            sql.StartsWith("KILL", StringComparison.Ordinal) && f.Connector.Live.Contains(connection) && (isKilled = true)
                ? new QueryResult(0, null, [])
                : null;
        return () => isKilled;
    }

    internal static Task AdvanceUntilAsync(PoolFixture f, Func<bool> condition, string what) => PoolFixture.UntilAsync(
        () =>
        {
            f.Time.Advance(PoolFixture.Tick);
            return condition();
        },
        what);
}
