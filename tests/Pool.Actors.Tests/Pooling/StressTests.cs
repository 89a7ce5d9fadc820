using System.Diagnostics;
using Pool.Actors.Backends;
using Pool.Actors.Pooling;
using Pool.Actors.Settings;
using Pool.Testing;

namespace Pool.Actors.Tests.Pooling;

/// <summary>
/// Hunts for violated invariants under real threads. A failure names the seed; threads still interleave as they like.
/// </summary>
public sealed class StressTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public async Task Nobody_ever_shares_a_connection_and_none_is_lost(int seed, bool isFaulty)
    {
        await using var f = new PoolFixture(leases: 6, o => o with { ConnectsPerSecond = 100_000 }, TimeProvider.System, seed);
        var run = new Run(f, seed, isFaulty, TimeSpan.FromSeconds(1.5));

        await Task.WhenAll(Enumerable.Range(1, 16).Select(id => Task.Run(() => run.SessionAsync(id)))
            .Append(Task.Run(run.DisturbAsync))).WaitAsync(s_limit);

        f.Connector.Failing = null;
        await PoolFixture.UntilAsync(() => f.Now.Leased == 0, $"seed {seed}: what was given back dirty has been reset");
        await f.AssertAtRestAsync();
        Assert.True((f.Now.Leased, f.Now.Waiting) == (0, 0), $"seed {seed}: {f.Now}");
        Assert.True(run.Leases > 100, $"seed {seed}: {run.Leases} leases");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task No_wakeup_is_lost_between_a_return_and_a_waiter_who_joins(int leases)
    {
        // The clock stands still, so no janitor comes to the rescue: a lost wake-up hangs.
        await using var f = new PoolFixture(leases);
        var (shop, blog) = (f.Of("shop"), f.Of("blog"));

        await Task.WhenAll(Enumerable.Range(0, leases + 2).Select(id => Task.Run(async () =>
        {
            var waiter = new Waiter($"user{id}");
            for (var i = 0; i < 30_000; i++)
            {
                var needed = (i + id) % 3 == 0 ? blog : shop;
                if (!f.Pool.TryLease(needed, null, out var connection))
                {
                    connection = (await f.Pool.LeaseAsync(waiter, needed)).Connection;
                    ((FakeConnection)connection!).Paint(needed);
                }

                f.Pool.Return(connection);
            }
        }))).WaitAsync(s_limit);

        await f.AssertAtRestAsync();
    }

    [Fact]
    public async Task No_wakeup_is_lost_between_a_place_that_becomes_free_and_a_waiter_who_joins()
    {
        await using var f = new PoolFixture(leases: 1, o => o with { ConnectsPerSecond = 1_000_000 });
        var shop = f.Of("shop");

        await Task.WhenAll(Enumerable.Range(0, 3).Select(id => Task.Run(async () =>
        {
            var waiter = new Waiter($"user{id}");
            for (var i = 0; i < 3_000; i++)
            {
                f.Pool.Discard((await f.Pool.LeaseAsync(waiter, shop)).Connection!, "test");
            }
        }))).WaitAsync(s_limit);

        await f.AssertAtRestAsync();
        Assert.Equal(9_000, f.Connector.Attempted);
    }

    [Fact]
    public async Task A_cancellation_that_meets_a_return_loses_neither_the_connection_nor_the_waiter()
    {
        const int Rounds = 5_000;
        await using var f = new PoolFixture(leases: 1);
        var shop = f.Of("shop");
        var waiter = new Waiter("ann");
        var connection = await f.TakeAsync(shop);
        var (begun, cancelled) = (0, 0);
        var canceller = Task.Run(() =>
        {
            var pause = new Random(1);
            for (var round = 1; round <= Rounds; round++)
            {
                SpinUntil(ref begun, round);
                Thread.SpinWait(pause.Next(100));
                waiter.Cancel();
                Volatile.Write(ref cancelled, round);
            }
        });

        var pause = new Random(2);
        for (var round = 1; round <= Rounds; round++)
        {
            var wait = f.Pool.LeaseAsync(waiter, shop).AsTask();
            Volatile.Write(ref begun, round);
            Thread.SpinWait(pause.Next(100));
            f.Pool.Return(connection);
            SpinUntil(ref cancelled, round);
            var lease = await wait.WaitAsync(s_limit);
            Assert.Equal(lease.Failure == LeaseFailure.Cancelled ? (1, 0) : (0, 1), (f.Now.Idle, f.Now.Leased));
            Assert.True(lease.Connection is not null || f.Pool.TryLease(shop, null, out _));
        }

        await canceller.WaitAsync(s_limit);

        static void SpinUntil(ref int current, int wanted)
        {
            for (var spin = default(SpinWait); Volatile.Read(ref current) < wanted;)
            {
                spin.SpinOnce(sleep1Threshold: -1);
            }
        }
    }

    [Fact]
    public async Task A_pool_closed_under_traffic_fails_its_sessions_and_ends_every_connection()
    {
        var f = new PoolFixture(leases: 3, time: TimeProvider.System);
        var shop = f.Of("shop");
        var leased = 0;
        var sessions = Enumerable.Range(0, 8).Select(id => Task.Run(async () =>
        {
            var waiter = new Waiter($"user{id % 3}");
            while (await f.Pool.LeaseAsync(waiter, shop) is { Connection: { } connection })
            {
                ((FakeConnection)connection).Paint(shop);
                Interlocked.Increment(ref leased);
                await Task.Yield();
                f.Pool.Return(connection);
            }
        })).ToArray();
        await PoolFixture.UntilAsync(() => Volatile.Read(ref leased) > 1_000, "traffic");

        await f.DisposeAsync();

        await Task.WhenAll(sessions).WaitAsync(s_limit);
        await PoolFixture.UntilAsync(() => f.Connector.Live.Count == 0 && f.Now.Active == 0, "all ended");
    }

    private sealed class Run(PoolFixture f, int seed, bool isFaulty, TimeSpan length)
    {
        private readonly long _started = Stopwatch.GetTimestamp();
        private readonly Fingerprint[] _needs =
            [f.Of("shop"), f.Of("shop"), f.Of("blog"), f.Of(null), f.Of("shop", PoolFixture.Batch)];
        private int _leases;

        public int Leases => Volatile.Read(ref _leases);

        private bool IsOver => Stopwatch.GetElapsedTime(_started) > length;

        public async Task SessionAsync(int id)
        {
            var random = new Random(seed * 1_000 + id);
            var waiter = new Waiter($"user{id % 4}");
            PooledConnection? last = null;
            while (!IsOver)
            {
                var needed = _needs[random.Next(_needs.Length)];
                if (f.Pool.TryLease(needed, last, out var connection))
                {
                    Assert.True(connection.Fingerprint == needed, $"seed {seed}: leased with other settings");
                }
                else
                {
                    connection = await WaitAsync(waiter, needed, random);
                }

                if (connection is not null)
                {
                    last = connection;
                    await UseAsync((FakeConnection)connection, needed, id, random);
                }
            }
        }

        public async Task DisturbAsync()
        {
            var random = new Random(seed);
            while (!IsOver)
            {
                await Task.Delay(random.Next(5));
                f.Pool.Resize(random.Next(3, 8));
                if (isFaulty && random.Next(20) == 0)
                {
                    f.Pool.RetireGeneration("test");
                }

                if (isFaulty)
                {
                    f.Connector.Failing = random.Next(10) == 0
                        ? _ => new((ConnectFailureKind)random.Next(6), "scripted")
                        : null;
                }
            }

            f.Pool.Resize(7);
        }

        private async Task<PooledConnection?> WaitAsync(Waiter waiter, Fingerprint needed, Random random)
        {
            var wait = f.Pool.LeaseAsync(waiter, needed);
            if (random.Next(10) == 0)
            {
                ThreadPool.QueueUserWorkItem(_ => waiter.Cancel());
            }

            var lease = await wait;
            Assert.True((lease.Connection is null) == (lease.Failure != LeaseFailure.None), $"seed {seed}: {lease}");
            Assert.True(
                lease.Connection is null || f.Fingerprints.CanRepaint(lease.Connection.Fingerprint, needed),
                $"seed {seed}: cannot be repainted");
            return lease.Connection;
        }

        private async Task UseAsync(FakeConnection connection, Fingerprint needed, int id, Random random)
        {
            Interlocked.Increment(ref _leases);
            Assert.True(connection.SwapOwner(id) == 0, $"seed {seed}: leased to two sessions");
            connection.Paint(needed);
            if (random.Next(3) == 0)
            {
                await Task.Yield();
            }

            Assert.True(connection.Fingerprint == needed, $"seed {seed}: painted by another");
            Assert.True(connection.SwapOwner(0) == id, $"seed {seed}: leased to two sessions");
            switch (random.Next(100))
            {
                case 0:
                    f.Pool.Discard(connection, "test");
                    break;
                case 1 when isFaulty:
                    connection.Close = Task.FromResult(false);
                    f.Pool.Discard(connection, "test");
                    break;
                case 2:
                    connection.Reset = Task.FromResult(!isFaulty);
                    f.Pool.ReturnDirty(connection);
                    break;
                case 3:
                    connection.Paint(Fingerprint.None);
                    f.Pool.Return(connection);
                    break;
                default:
                    connection.Stale = isFaulty && random.Next(50) == 0;
                    f.Pool.Return(connection);
                    break;
            }
        }
    }
}
