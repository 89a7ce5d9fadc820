using System.Diagnostics;
using Pool.Actors.Backends;
using Pool.Actors.Pooling;
using Pool.Testing;

namespace Pool.Actors.Tests.Pooling;

/// <summary>Hunts for quotas that are exceeded, lost or waited for in vain, under real threads. A failure names the seed.</summary>
public sealed class UserQuotaStressTests
{
    private const int Users = 4;
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    public async Task No_user_exceeds_its_cap_and_no_place_is_lost(int seed, bool isFaulty)
    {
        await using var f = New(TimeProvider.System, seed);
        var run = new Run(f, seed, isFaulty, TimeSpan.FromSeconds(1.5));

        await Task.WhenAll(Enumerable.Range(1, 16).Select(id => Task.Run(() => run.SessionAsync(id)))
            .Append(Task.Run(run.DisturbAsync))).WaitAsync(s_limit);

        await PoolFixture.UntilAsync(() => f.Pool.UserQuotas.All(q => q.Used == 0), $"seed {seed}: all places have come back");
        await f.AssertAtRestAsync();
        Assert.All(f.Pool.UserQuotas, q => Assert.True(q.Waiting == 0 && q.Waits > 0, $"seed {seed}: {q.User} {q.Waiting} {q.Waits}"));
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(2, 2)]
    [InlineData(3, 6)]
    public async Task No_wakeup_is_lost_between_a_place_that_comes_back_and_who_begins_to_wait_for_it(int cap, int leases)
    {
        // The clock stands still, so no janitor comes to the rescue: a lost wake-up hangs.
        await using var f = new PoolFixture(leases, o => o with { UserCaps = new Dictionary<string, int> { ["ann"] = cap } });
        var (shop, blog) = (f.Of("shop"), f.Of("blog"));
        var quota = f.Pool.QuotaOf("ann")!;

        await Task.WhenAll(Enumerable.Range(0, cap + 2).Select(id => Task.Run(async () =>
        {
            var waiter = new Waiter("ann", quota);
            for (var i = 0; i < 20_000; i++)
            {
                var needed = (i + id) % 3 == 0 ? blog : shop;
                if (!f.Pool.TryLease(needed, null, out var connection, quota))
                {
                    connection = (await f.Pool.LeaseAsync(waiter, needed)).Connection;
                    ((FakeConnection)connection!).Paint(needed);
                }

                f.Pool.Return(connection);
            }
        }))).WaitAsync(s_limit);

        Assert.Equal((0, 0), (quota.Used, quota.Waiting));
        await f.AssertAtRestAsync();
    }

    private static PoolFixture New(TimeProvider time, int seed) => new(
        leases: 6,
        o => o with { ConnectsPerSecond = 100_000, UserCaps = Caps(2) },
        time,
        seed);

    private static Dictionary<string, int> Caps(int second) => new() { ["user0"] = 1, ["user1"] = second };

    private sealed class Run(PoolFixture f, int seed, bool isFaulty, TimeSpan length)
    {
        private readonly long _started = Stopwatch.GetTimestamp();
        private readonly int[] _held = new int[Users];
        private readonly int[] _caps = [1, 2, int.MaxValue, int.MaxValue];
        private int _leases;

        public int Leases => Volatile.Read(ref _leases);

        // With connects that fail, all may wait for the next attempt for a while.
        private bool IsOver => Stopwatch.GetElapsedTime(_started) > length && Leases > 100;

        public async Task SessionAsync(int id)
        {
            var random = new Random(seed * 1_000 + id);
            var user = id % Users;
            var quota = f.Pool.QuotaOf($"user{user}");
            var waiter = new Waiter($"user{user}", quota);
            while (!IsOver)
            {
                var needed = f.Of(random.Next(3) == 0 ? "blog" : "shop");
                if (!f.Pool.TryLease(needed, null, out var connection, quota))
                {
                    var wait = f.Pool.LeaseAsync(waiter, needed);
                    if (random.Next(10) == 0)
                    {
                        ThreadPool.QueueUserWorkItem(_ => waiter.Cancel());
                    }

                    connection = (await wait).Connection;
                }

                if (connection is not null)
                {
                    ((FakeConnection)connection).Paint(needed);
                    await UseAsync((FakeConnection)connection, user, random);
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
                Recap(random.Next(1, 3));
                if (isFaulty && random.Next(20) == 0)
                {
                    f.Pool.RetireGeneration("test");
                }

                f.Connector.Failing = isFaulty && random.Next(10) == 0
                    ? _ => new((ConnectFailureKind)random.Next(6), "scripted") : null;
            }

            f.Connector.Failing = null;
            f.Pool.Resize(7);
            Recap(2);
        }

        private void Recap(int cap) => f.Pool.Reconfigure(f.Pool.Options with { UserCaps = Caps(cap) });

        private async Task UseAsync(FakeConnection connection, int user, Random random)
        {
            Interlocked.Increment(ref _leases);
            var held = Interlocked.Increment(ref _held[user]);
            Assert.True(held <= _caps[user], $"seed {seed}: user{user} holds {held}");
            if (random.Next(3) == 0)
            {
                await Task.Yield();
            }

            Interlocked.Decrement(ref _held[user]);
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
                default:
                    connection.Stale = isFaulty && random.Next(50) == 0;
                    f.Pool.Return(connection);
                    break;
            }
        }
    }
}
