using Pool.Actors.Backends;
using Pool.Actors.Tests.Cluster.Shares;
using Pool.Actors.Tests.Pooling;

namespace Pool.Actors.Tests.Backends;

public sealed class BaselineWatchTests
{
    [Fact]
    public async Task What_throws_is_logged_and_looked_at_again()
    {
        await using var f = new PoolFixture();
        var log = new FaultLog();
        var backend = new Backend("db", f.Pool, f.Metrics, new LeaseLimits(), f.Time);
        f.Connector.Failing = _ => throw new InvalidCastException();
        using var stop = new CancellationTokenSource();
        var watching = new BaselineWatch(backend, f.Connector, f.Time, log).RunAsync(TimeSpan.FromSeconds(1), stop.Token);
        await UntilAsync(() => log.Faults.Count() > 1);
        f.Connector.Failing = null;
        await UntilAsync(() => f.Now.Control == 1);

        await stop.CancelAsync();
        await watching;

        Task UntilAsync(Func<bool> condition) => PoolFixture.UntilAsync(
            () =>
            {
                f.Time.Advance(PoolFixture.Tick);
                return watching.IsCompleted || condition();
            },
            "it goes on");
    }
}
