using Pool.Actors.Pooling;
using Pool.Testing;

namespace Pool.Actors.Tests.Pooling;

/// <summary>What of a share can be given to others.</summary>
public sealed class CoveredTests
{
    [Fact]
    public async Task A_smaller_share_is_covered_only_after_the_server_has_ended_what_is_above_it()
    {
        await using var f = new PoolFixture(leases: 4);
        var taken = new[] { await f.TakeAsync(f.Of("a")), await f.TakeAsync(f.Of("a")), await f.TakeAsync(f.Of("a")) };
        var slow = new TaskCompletionSource<bool>();
        taken[0].Close = slow.Task;
        Assert.Equal(5, f.Pool.Covered);

        f.Pool.Resize(2);
        Assert.Equal(4, f.Pool.Covered);
        f.Pool.Return(taken[0]);
        f.Pool.Return(taken[1]);
        await PoolFixture.UntilAsync(() => f.Now.Active == 2, "one has ended");
        Assert.Equal(3, f.Pool.Covered);
        slow.SetResult(true);
        await PoolFixture.UntilAsync(() => f.Pool.Covered == 2, "both have ended");
    }

    [Fact]
    public async Task Without_a_share_the_control_connection_is_closed_too()
    {
        await using var f = new PoolFixture(leases: 4);
        await f.Pool.ControlAsync("KILL QUERY 4711", CancellationToken.None);
        f.Pool.Resize(0);
        await PoolFixture.UntilAsync(() => f.Pool.Covered == 0, "it is closed");
        Assert.Empty(f.Connector.Live);

        Assert.Equal(-1, (await f.Pool.ControlAsync("KILL QUERY 4711", CancellationToken.None)).ErrorCode);
        f.Pool.Resize(1);
        Assert.Equal(1094, (await f.Pool.ControlAsync("KILL QUERY 4711", CancellationToken.None)).ErrorCode);
    }

    [Fact]
    public async Task Whatever_clients_do_there_are_never_more_connections_than_were_covered()
    {
        await using var f = new PoolFixture(leases: 8, time: TimeProvider.System);
        using var end = new CancellationTokenSource();
        var clients = Enumerable.Range(0, 6).Select(_ => Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                var lease = await f.LeaseAsync(f.Of("a"));
                if (lease.Connection is FakeConnection connection)
                {
                    connection.Paint(f.Of("a"));
                    f.Pool.Return(connection);
                }
            }
        })).ToList();
        for (var round = 0; round < 500; round++)
        {
            f.Pool.Resize(2);
            var covered = f.Pool.Covered;
            for (var looks = 0; looks < 50; looks++)
            {
                Assert.InRange(f.Now.Active, 0, covered - 1);
            }

            f.Pool.Resize(9);
            await Task.Yield();
        }

        await end.CancelAsync();
        await Task.WhenAll(clients);
    }

    [Fact]
    public async Task A_pool_that_may_not_connect_lets_all_wait_for_what_it_has()
    {
        await using var f = new PoolFixture(leases: 4);
        var taken = await f.TakeAsync(f.Of("a"));
        f.Connector.MayConnect = false;
        var waiting = f.LeaseAsync(f.Of("a"));
        f.Time.Advance(PoolFixture.Tick);
        Assert.False(waiting.IsCompleted);
        Assert.Equal(1, f.Connector.Attempted);

        f.Pool.Return(taken);
        Assert.Same(taken, (await waiting).Connection);
        Assert.Equal(LeaseFailure.None, (await waiting).Failure);
    }

    [Fact]
    public async Task All_that_the_server_has_ended_is_told_to_the_connector()
    {
        var ended = new List<ulong>();
        await using (var f = new PoolFixture(leases: 4))
        {
            f.Connector.OnEnded = c =>
            {
                lock (ended)
                {
                    ended.Add(c.ThreadId);
                }
            };
            var taken = await f.TakeAsync(f.Of("a"));
            await f.Pool.ControlAsync("KILL QUERY 4711", CancellationToken.None);
            f.Pool.Return(taken);
        }

        Assert.Equal([1ul, 2ul], ended.Order());
    }
}
