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

    private static long BytesOf(Action action)
    {
        for (var i = 0; i < 100; i++)
        {
            action();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Rounds; i++)
        {
            action();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
