using Pool.Actors.Backends;
using Pool.Actors.Pooling;
using Pool.Testing;
using static Pool.Actors.Tests.Pooling.ClosingTests;

namespace Pool.Actors.Tests.Pooling;

/// <summary>The connections that are reserved for the pool's own work: one turn after the other, opened anew when they are lost, and ended for certain.</summary>
public sealed class ControlConnectionTests
{
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
        f.Connector.Prepare = c => c.Close = NotSeen;
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
        f.Connector.Prepare = c => c.Close = NotSeen;
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
        f.Connector.Prepare = c => c.Close = NotSeen;
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
    public async Task After_disposal_control_opens_nothing()
    {
        var f = new PoolFixture();
        await f.DisposeAsync();

        Assert.Equal(-1, (await f.Pool.ControlAsync("KILL QUERY 4711", CancellationToken.None)).ErrorCode);
        Assert.Equal(0, f.Connector.Attempted);
    }
}
