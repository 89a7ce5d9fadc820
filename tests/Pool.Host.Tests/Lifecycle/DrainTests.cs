using Pool.Host.Lifecycle;
using Pool.Testing;

namespace Pool.Host.Tests.Lifecycle;

public sealed class DrainTests : IDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);
    private readonly ManualTime _time = new();
    private readonly Drain _drain;

    public DrainTests() => _drain = new Drain(_time);

    public void Dispose() => _drain.Dispose();

    [Fact]
    public void It_runs_until_somebody_asks()
    {
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(DrainState.Running, _drain.State);
        Assert.False(_drain.Draining.IsCancellationRequested);
    }

    [Fact]
    public void Draining_lasts_until_the_deadline()
    {
        Assert.True(_drain.Begin(s_timeout));
        Assert.Equal(DrainState.Draining, _drain.State);
        Assert.True(_drain.Draining.IsCancellationRequested);
        _time.Advance(s_timeout - TimeSpan.FromTicks(1));
        Assert.False(_drain.Stopped.IsCancellationRequested);
        Assert.False(_drain.Completion.IsCompleted);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(DrainState.Stopped, _drain.State);
        Assert.True(_drain.Stopped.IsCancellationRequested);
        Assert.True(_drain.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public void When_everything_is_done_it_does_not_wait_for_the_deadline()
    {
        _drain.Begin(s_timeout);
        _drain.Stop();
        Assert.Equal(DrainState.Stopped, _drain.State);
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Fact]
    public void Asked_a_second_time_the_deadline_stays()
    {
        _drain.Begin(s_timeout);
        Assert.False(_drain.Begin(TimeSpan.FromHours(1)));
        _time.Advance(s_timeout);
        Assert.Equal(DrainState.Stopped, _drain.State);
    }

    [Fact]
    public void Stopped_without_draining_everybody_hears_of_both()
    {
        _drain.Stop();
        _drain.Stop();
        Assert.True(_drain.Draining.IsCancellationRequested);
        Assert.True(_drain.Stopped.IsCancellationRequested);
        Assert.False(_drain.Begin(s_timeout));
    }

    [Fact]
    public void Whoever_hears_of_draining_may_stop_it_there_and_then()
    {
        using var nothingToDo = _drain.Draining.Register(_drain.Stop);
        _drain.Begin(s_timeout);
        Assert.Equal(DrainState.Stopped, _drain.State);
        Assert.Equal(0, _time.ArmedTimers);
    }
}
