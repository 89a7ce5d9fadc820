using Pool.Actors.Pooling;

namespace Pool.Actors.Tests.Pooling;

public sealed class AllocationTests
{
    private const int Rounds = 10_000;

    [Fact]
    public async Task Taking_and_returning_an_idle_connection_allocates_nothing()
    {
        await using var f = new PoolFixture();
        var shop = f.Of("shop");
        var idle = (await f.FillAsync(shop, 2))[1];

        Assert.Equal(0, BytesOf(() =>
        {
            f.Pool.TryLease(shop, idle, out var preferred);
            f.Pool.TryLease(shop, idle, out var lowest);
            f.Pool.Return(preferred!);
            f.Pool.Return(lowest!);
        }));
    }

    [Fact]
    public async Task Waiting_in_line_with_the_same_waiter_again_allocates_nothing()
    {
        await using var f = new PoolFixture(leases: 1);
        var shop = f.Of("shop");
        var connection = await f.TakeAsync(shop);
        var waiter = new Waiter("ann");

        Assert.Equal(0, BytesOf(() =>
        {
            var wait = f.Pool.LeaseAsync(waiter, shop);
            f.Pool.Return(connection);
            Assert.Same(connection, wait.GetAwaiter().GetResult().Connection);
        }));
    }

    // The least of a few measurements: the runtime may allocate once on this thread while it recompiles what has become hot.
    private static long BytesOf(Action action)
    {
        var least = long.MaxValue;
        for (var attempt = 0; attempt < 5; attempt++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Rounds; i++)
            {
                action();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
