using Pool.Actors.Cluster.Coordination;
using Pool.Testing;

namespace Pool.Actors.Tests.Cluster.Coordination;

public sealed class InProcessCoordinatorTests : CoordinatorContract, IAsyncDisposable
{
    private readonly ManualTime _time = new();
    private readonly InProcessCoordinator _coordinator;

    public InProcessCoordinatorTests() => _coordinator = new InProcessCoordinator(_time);

    protected override ICoordinator Coordinator => _coordinator;

    public ValueTask DisposeAsync() => _coordinator.DisposeAsync();

    protected override Task PassAsync(TimeSpan time)
    {
        _time.Advance(time);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_node_that_is_alone_keeps_its_lease_even_if_its_timers_come_late()
    {
        var lateTime = new LateTime();
        await using var coordinator = new InProcessCoordinator(lateTime);
        var lease = (await coordinator.GrantAsync(TimeToLive, CancellationToken.None))!;
        lateTime.Late = TimeToLive * 10;
        Assert.True(lease.IsProven);
        lateTime.Fire!();
        Assert.True(lease.IsProven);
        Assert.False(lease.Lost.IsCancellationRequested);
    }

    /// <summary>A clock whose timers fire when the test says so.</summary>
    private sealed class LateTime : TimeProvider
    {
        public TimeSpan Late { get; set; }

        public Action? Fire { get; private set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Late.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Fire = () => callback(state);
            return System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
