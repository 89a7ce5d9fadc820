using Pool.Actors.Backends;
using Pool.Actors.Cluster.Membership;
using Pool.Actors.Cluster.Peers;
using Pool.Actors.Cluster.Remote;
using Pool.Actors.Pooling;
using Pool.Actors.Tests.Pooling;

namespace Pool.Actors.Tests.Backends;

/// <summary>Whom a KILL QUERY hits: by its number, and a server that was restarted gives numbers again.</summary>
public sealed class KillQueryTests
{
    [Fact]
    public async Task What_runs_on_a_connection_of_before_the_servers_restart_is_not_killed_by_a_number_that_another_has_now()
    {
        await using var f = new PoolFixture();
        var old = await f.TakeAsync(f.Of("shop"));
        f.Time.Advance(TimeSpan.FromMinutes(1));
        f.Connector.Restart();
        var next = await f.TakeAsync(f.Of("shop"));
        Assert.Equal(old.ThreadId, next.ThreadId);

        Assert.False(await BackendOf(f).KillQueryAsync(old));
        Assert.Contains(next, f.Connector.Live);
        Assert.Equal(0, f.Metrics.BackendKills.Value);
    }

    [Fact]
    public async Task It_is_killed_at_a_server_that_was_there_before_it()
    {
        await using var f = new PoolFixture();
        f.Time.Advance(TimeSpan.FromMinutes(1));
        var taken = await f.TakeAsync(f.Of("shop"));
        f.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(await BackendOf(f).KillQueryAsync(taken));
        Assert.DoesNotContain(taken, f.Connector.Live);
        Assert.Equal(1, f.Metrics.BackendKills.Value);
    }

    [Fact]
    public async Task A_control_connection_that_is_older_than_it_is_asked_nothing_before()
    {
        await using var f = new PoolFixture();
        await f.Pool.ControlAsync("KILL QUERY 4711", CancellationToken.None);
        var taken = await f.TakeAsync(f.Of("shop"));
        var statements = new List<string>();
        f.Connector.Answer = (_, sql) =>
        {
            statements.Add(sql);
            return null;
        };

        Assert.True(await BackendOf(f).KillQueryAsync(taken));
        Assert.Equal([$"KILL QUERY {taken.ThreadId}"], statements);
    }

    [Fact]
    public async Task A_control_connection_that_is_lost_before_it_has_said_how_long_its_server_runs_kills_nothing()
    {
        await using var f = new PoolFixture();
        var taken = await f.TakeAsync(f.Of("shop"));
        f.Time.Advance(TimeSpan.FromSeconds(1));
        f.Connector.Answer = (_, sql) => sql.StartsWith("KILL", StringComparison.Ordinal) ? null : QueryResult.Broken("reset");

        Assert.False(await BackendOf(f).KillQueryAsync(taken));
        Assert.Contains(taken, f.Connector.Live);
    }

    [Fact]
    public async Task What_runs_on_a_lent_connection_of_before_the_servers_restart_is_not_killed_for_its_borrower_either()
    {
        await using var f = new PoolFixture();
        var borrower = new Incarnation(7);
        await f.FillAsync(f.Of("shop"), 1);
        PooledConnection? lent = null;
        await PoolFixture.UntilAsync(
            () =>
            {
                f.Time.Advance(PoolFixture.Tick);
                return f.Pool.Lending.TryTake(f.Of("shop"), borrower, out lent);
            },
            "it is lent");
        f.Time.Advance(TimeSpan.FromMinutes(1));
        f.Connector.Restart();
        var next = await f.TakeAsync(f.Of("shop"));
        Assert.Equal(lent!.ThreadId, next.ThreadId);

        var question = new LoanKill("db", lent.ThreadId).ToQuestion();
        var answer = await new LoanKillService([BackendOf(f)]).AnswerAsync(new PeerName("b", borrower, 1), question.Body, CancellationToken.None);
        Assert.False(LoanKill.WasDone(new PeerAnswer(answer, null)));
        Assert.Contains(next, f.Connector.Live);
        f.Pool.Lending.TakeBack(lent, LoanEnd.Broken);
    }

    private static Backend BackendOf(PoolFixture f) => new("db", f.Pool, f.Metrics, new LeaseLimits(), f.Time);
}
