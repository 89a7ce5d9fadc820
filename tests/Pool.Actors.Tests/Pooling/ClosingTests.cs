using Pool.Actors.Backends;
using Pool.Actors.Pooling;
using Pool.Testing;

namespace Pool.Actors.Tests.Pooling;

public sealed class ClosingTests
{
    private static readonly Task<bool> s_notSeen = Task.FromResult(false);

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
    public async Task Control_runs_on_a_reserved_connection_when_every_lease_is_taken()
    {
        await using var f = new PoolFixture(leases: 1);
        await f.TakeAsync(f.Of("shop"));

        var result = await f.Pool.ControlAsync("KILL QUERY 4711", CancellationToken.None);

        Assert.Equal(1094, result.ErrorCode);
        Assert.Equal((1, 1, 2), (f.Now.Control, f.Now.Active, f.Connector.Peak));
    }

    [Fact]
    public async Task A_broken_control_connection_is_closed_and_opened_again()
    {
        await using var f = new PoolFixture(leases: 1);
        f.Connector.Answer = (_, _) => QueryResult.Broken("reset");
        Assert.Equal(-1, (await f.Pool.ControlAsync("KILL QUERY 4711", CancellationToken.None)).ErrorCode);
        Assert.Equal(0, f.Now.Control);
        f.Connector.Answer = null;

        Assert.Equal(1094, (await f.Pool.ControlAsync("KILL QUERY 4711", CancellationToken.None)).ErrorCode);
        Assert.Equal(1, f.Connector.Peak);
    }

    [Fact]
    public async Task A_control_connection_is_opened_as_the_default_account_of_now()
    {
        await using var f = new PoolFixture();
        await f.Pool.ControlAsync("KILL QUERY 4711", CancellationToken.None);
        f.Connector.Failing = c => c == PoolFixture.App ? new(ConnectFailureKind.AccessDenied, "not configured any more") : null;
        f.Pool.Reconfigure(f.Pool.Options with { DefaultClass = PoolFixture.Batch });
        Assert.Equal(PoolFixture.App, f.Connector.Live.Single().Class);

        f.Connector.Live.Single().Stale = true;
        Assert.Equal(1094, (await f.Pool.ControlAsync("KILL QUERY 4711", CancellationToken.None)).ErrorCode);
        Assert.Equal(PoolFixture.Batch, f.Connector.Live.Single().Class);
    }

    [Fact]
    public async Task A_control_statement_that_is_never_answered_holds_nobody_up_for_ever()
    {
        await using var f = new PoolFixture();
        f.Connector.Prepare = c => c.Answering = f.Connector.Attempted == 1 ? new TaskCompletionSource().Task : Task.CompletedTask;
        var (first, second) = (f.Pool.ControlAsync("KILL QUERY 4711", default).AsTask(), f.Pool.ControlAsync("KILL QUERY 4711", default).AsTask());
        f.Time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(-1, (await first).ErrorCode);
        Assert.Equal(1094, (await second.WaitAsync(TimeSpan.FromMinutes(1))).ErrorCode);
    }

    [Fact]
    public async Task A_stale_control_connection_is_replaced_before_use()
    {
        await using var f = new PoolFixture();
        await f.Pool.ControlAsync("KILL QUERY 4711", CancellationToken.None);
        f.Connector.Live.Single().Stale = true;

        Assert.Equal(1094, (await f.Pool.ControlAsync("KILL QUERY 4711", CancellationToken.None)).ErrorCode);
        Assert.Single(f.Connector.Live);
    }

    [Fact]
    public async Task A_control_connection_that_was_not_seen_to_end_takes_a_place_among_the_others_until_it_has()
    {
        await using var f = new PoolFixture(leases: 1);
        f.Connector.Prepare = c => c.Close = s_notSeen;
        f.Connector.Answer = (_, _) => QueryResult.Broken("reset");
        await f.Pool.ControlAsync("KILL QUERY 4711", CancellationToken.None);
        var old = f.Connector.Live.Single();
        (f.Connector.Answer, f.Connector.Prepare) = (null, null);

        Assert.Equal(1094, (await f.Pool.ControlAsync("KILL QUERY 4711", CancellationToken.None)).ErrorCode);
        await AdvanceUntilAsync(f, () => f.Now.Closing == 0, "gone");

        Assert.DoesNotContain(old, f.Connector.Live);
        await f.AssertAtRestAsync();
    }

    [Fact]
    public async Task Without_a_free_place_each_control_connection_that_was_lost_is_killed_by_those_after_it_until_it_has_ended()
    {
        await using var f = new PoolFixture(leases: 1);
        var taken = await f.TakeAsync(f.Of("shop"));
        var ended = new List<PooledConnection>();
        f.Connector.OnEnded = ended.Add;
        f.Connector.Prepare = c => c.Close = s_notSeen;
        var stubborn = new List<FakeConnection>();
        for (var i = 0; i < 2; i++)
        {
            f.Connector.Answer = (_, sql) => !IsKillOf(stubborn, sql) ? QueryResult.Broken("reset") : new QueryResult(0, null, []);
            Assert.Equal(-1, (await f.Pool.ControlAsync("KILL QUERY 4711", CancellationToken.None)).ErrorCode);
            stubborn.Add(f.Connector.Live.Single(c => c != taken && !stubborn.Contains(c)));
            f.Time.Advance(TimeSpan.FromMinutes(1));
        }

        f.Connector.Answer = (_, sql) => IsKillOf(stubborn, sql) ? new QueryResult(0, null, []) : null;
        Assert.Equal(1094, (await f.Pool.ControlAsync("KILL QUERY 4711", CancellationToken.None)).ErrorCode);
        Assert.Empty(ended);

        stubborn.ForEach(c => f.Connector.End(c.ThreadId));
        f.Connector.Answer = null;
        Assert.Equal(1094, (await f.Pool.ControlAsync("KILL QUERY 4711", CancellationToken.None)).ErrorCode);
        Assert.Equal(stubborn, ended.Cast<FakeConnection>());

        static bool IsKillOf(List<FakeConnection> threads, string sql) => threads.Exists(c => sql == $"KILL CONNECTION {c.ThreadId}");
    }

    [Fact]
    public async Task Without_a_share_the_one_connection_more_that_ends_a_lost_control_connection_is_kept_for_later()
    {
        await using var f = new PoolFixture(leases: 1);
        f.Time.Advance(TimeSpan.FromSeconds(1));
        f.Connector.Prepare = c => c.Close = s_notSeen;
        f.Connector.Answer = (_, _) => QueryResult.Broken("reset");
        Assert.Equal(-1, (await f.Pool.ControlAsync("KILL QUERY 4711", CancellationToken.None)).ErrorCode);
        (f.Connector.Answer, f.Connector.Prepare) = (null, null);
        f.Pool.Resize(0);
        Assert.Equal(-1, (await f.Pool.ControlAsync("KILL QUERY 4711", CancellationToken.None)).ErrorCode);

        f.Pool.Resize(1);
        Assert.Equal(1094, (await f.Pool.ControlAsync("KILL QUERY 4711", CancellationToken.None)).ErrorCode);
    }

    [Fact]
    public async Task A_failed_control_connect_is_an_answer_not_an_exception()
    {
        await using var f = new PoolFixture();
        f.Connector.Failing = _ => new(ConnectFailureKind.Unreachable, "no route");

        var result = await f.Pool.ControlAsync("KILL QUERY 4711", CancellationToken.None);

        Assert.Equal((-1, "no route"), (result.ErrorCode, result.ErrorText));
    }

    [Fact]
    public async Task A_control_connect_that_throws_is_a_failed_one()
    {
        await using var f = new PoolFixture();
        f.Connector.Failing = _ => throw new InvalidCastException();
        Assert.Equal(-1, (await f.Pool.ControlAsync("KILL QUERY 4711", CancellationToken.None)).ErrorCode);
        f.Connector.Failing = null;
        Assert.Equal(1094, (await f.Pool.ControlAsync("KILL QUERY 4711", CancellationToken.None)).ErrorCode);
    }

    [Fact]
    public async Task A_control_connection_on_which_something_throws_is_closed_and_opened_again()
    {
        await using var f = new PoolFixture();
        f.Connector.Answer = (_, _) => throw new InvalidCastException();
        Assert.Equal(-1, (await f.Pool.ControlAsync("KILL QUERY 4711", CancellationToken.None)).ErrorCode);
        Assert.Empty(f.Connector.Live);
        f.Connector.Answer = null;
        Assert.Equal(1094, (await f.Pool.ControlAsync("KILL QUERY 4711", CancellationToken.None)).ErrorCode);
    }

    [Fact]
    public async Task A_control_connection_whose_close_throws_does_not_keep_the_next_from_its_work()
    {
        await using var f = new PoolFixture();
        await f.Pool.ControlAsync("KILL QUERY 4711", CancellationToken.None);
        var old = f.Connector.Live.Single();
        old.Close = Task.FromException<bool>(new InvalidCastException());
        f.Pool.RetireGeneration("test");
        await PoolFixture.UntilAsync(() => old.Closes == 1, "it is closed");
        Assert.Equal(1094, (await f.Pool.ControlAsync("KILL QUERY 4711", default).AsTask().WaitAsync(TimeSpan.FromMinutes(1))).ErrorCode);
        await AdvanceUntilAsync(f, () => f.Now.Closing == 0, "gone");
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
        taken[0].Close = s_notSeen;

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

    [Fact]
    public async Task After_disposal_control_opens_nothing()
    {
        var f = new PoolFixture();
        await f.DisposeAsync();

        Assert.Equal(-1, (await f.Pool.ControlAsync("KILL QUERY 4711", CancellationToken.None)).ErrorCode);
        Assert.Equal(0, f.Connector.Attempted);
    }

    // A connection that the server will not be seen to end.
    private static async Task<FakeConnection> TakeStubbornAsync(PoolFixture f)
    {
        var taken = await f.TakeAsync(f.Of("shop"));
        taken.Close = s_notSeen;
        return taken;
    }

    // KILLs of the connection succeed and do not end it; whether there was one is the answer.
    private static Func<bool> AcceptKills(PoolFixture f, FakeConnection connection)
    {
        var isKilled = false;
        f.Connector.Answer = (_, sql) =>
            sql.StartsWith("KILL", StringComparison.Ordinal) && f.Connector.Live.Contains(connection) && (isKilled = true)
                ? new QueryResult(0, null, [])
                : null;
        return () => isKilled;
    }

    private static Task AdvanceUntilAsync(PoolFixture f, Func<bool> condition, string what) => PoolFixture.UntilAsync(
        () =>
        {
            f.Time.Advance(PoolFixture.Tick);
            return condition();
        },
        what);
}
