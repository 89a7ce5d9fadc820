using Pool.Actors.Pooling;

namespace Pool.Actors.Tests.Pooling;

public sealed class PauseTests
{
    [Fact]
    public async Task A_paused_pool_lends_nothing_and_those_in_line_are_served_when_it_resumes()
    {
        await using var f = new PoolFixture();
        var shop = f.Of("shop");
        var idle = await f.FillAsync(shop, 1);
        f.Pool.Pause();

        Assert.False(f.Pool.TryLease(shop, idle[0], out _));
        var (same, other) = (f.LeaseAsync(shop), f.LeaseAsync(f.Of("blog")));
        Assert.Equal((2, 1, false, false), (f.Now.Waiting, f.Now.Idle, same.IsCompleted, other.IsCompleted));
        f.Pool.Resume();

        Assert.Same(idle[0], (await same).Connection);
        Assert.NotNull((await other).Connection);
    }

    [Fact]
    public async Task A_connection_that_comes_back_to_a_paused_pool_is_idle_and_not_handed_on()
    {
        await using var f = new PoolFixture(leases: 1);
        var taken = await f.TakeAsync(f.Of("shop"));
        var waits = f.LeaseAsync(f.Of("shop"));
        f.Pool.Pause();

        f.Pool.Return(taken);
        f.Time.Advance(PoolFixture.Tick);

        Assert.Equal((1, 1, false), (f.Now.Idle, f.Now.Waiting, waits.IsCompleted));
        f.Pool.Resume();
        Assert.Same(taken, (await waits).Connection);
    }

    [Fact]
    public async Task Who_waits_at_a_paused_pool_waits_no_longer_than_at_another()
    {
        await using var f = new PoolFixture(change: o => o with { LeaseTimeout = TimeSpan.FromSeconds(5) });
        f.Pool.Pause();
        var waits = f.LeaseAsync(f.Of("shop"));
        f.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(LeaseFailure.TimedOut, (await waits).Failure);
    }

    [Fact]
    public async Task A_drain_ends_when_the_server_has_ended_the_last_connection_and_none_is_opened()
    {
        await using var f = new PoolFixture(change: o => o with { MinIdle = 2 });
        Assert.True((await f.Pool.ControlAsync("KILL CONNECTION 99", CancellationToken.None)).ErrorCode > 0);
        var taken = await f.TakeAsync(f.Of("shop"));
        var ended = new TaskCompletionSource<bool>();
        taken.Close = ended.Task;

        var drain = f.Pool.DrainAsync(CancellationToken.None).AsTask();
        f.Pool.Return(taken);
        await PoolFixture.UntilAsync(() => taken.Closes == 1, "the connection that came back is closed");
        f.Time.Advance(PoolFixture.Tick);
        Assert.False(drain.IsCompleted);
        ended.SetResult(true);
        await DrainedAsync(f, drain);

        Assert.True(await drain);
        Assert.Empty(f.Connector.Live);
        Assert.False((await f.Pool.ControlAsync("KILL CONNECTION 99", CancellationToken.None)).Succeeded);
        f.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(f.Connector.Live);
        f.Pool.Resume();
        Assert.NotNull((await f.LeaseAsync(f.Of("shop"))).Connection);
    }

    [Fact]
    public async Task A_drain_that_is_given_up_or_taken_back_says_so()
    {
        await using var f = new PoolFixture();
        await f.TakeAsync(f.Of("shop"));
        using var patience = new CancellationTokenSource();
        var (impatient, patient) = (f.Pool.DrainAsync(patience.Token).AsTask(), f.Pool.DrainAsync(CancellationToken.None).AsTask());

        await patience.CancelAsync();
        Assert.False(await impatient);
        Assert.Equal(PoolMode.Drained, f.Pool.Mode);
        f.Pool.Resume();
        await DrainedAsync(f, patient);
        Assert.False(await patient);
    }

    [Fact]
    public async Task The_connections_of_a_pool_can_be_looked_at()
    {
        await using var f = new PoolFixture();
        var shop = f.Of("shop");
        await f.FillAsync(shop, 1);
        var taken = await f.TakeAsync(f.Of("blog"));

        var seen = f.Pool.Connections().ToList();

        Assert.Equal(["idle", "leased"], seen.Select(c => c.State));
        Assert.Equal((shop, TimeSpan.Zero, "app"), (seen[0].Fingerprint, seen[0].IdleFor, seen[0].Account));
        Assert.Equal(taken.ThreadId, seen[1].ThreadId);
        Assert.Equal(1, Assert.Single(f.Pool.Uses(), u => u.Entry.Fingerprint == shop).Connections);
    }

    private static Task DrainedAsync(PoolFixture f, Task drain) => PoolFixture.UntilAsync(
        () =>
        {
            f.Time.Advance(PoolFixture.Tick);
            return drain.IsCompleted;
        },
        "the drain ends");
}
