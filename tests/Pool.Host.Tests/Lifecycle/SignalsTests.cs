using System.Runtime.InteropServices;
using Pool.Host.Lifecycle;
using Pool.Testing;

namespace Pool.Host.Tests.Lifecycle;

public sealed partial class SignalsTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly Drain _drain;
    private readonly TaskCompletionSource _reloaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Signals _signals;

    public SignalsTests()
    {
        _drain = new Drain(_time);
        _signals = new Signals(_drain, () => TimeSpan.FromSeconds(30), () => _reloaded.TrySetResult());
    }

    public void Dispose()
    {
        _signals.Dispose();
        _drain.Dispose();
    }

    [Theory]
    [InlineData(PosixSignal.SIGTERM, PosixSignal.SIGTERM)]
    [InlineData(PosixSignal.SIGINT, PosixSignal.SIGTERM)]
    [InlineData(PosixSignal.SIGTERM, PosixSignal.SIGINT)]
    public void The_first_request_drains_and_the_second_stops(PosixSignal first, PosixSignal second)
    {
        _signals.Handle(first);
        Assert.Equal(DrainState.Draining, _drain.State);
        Assert.Equal(1, _time.ArmedTimers);
        _signals.Handle(second);
        Assert.Equal(DrainState.Stopped, _drain.State);
    }

    [Fact]
    public void A_hangup_reloads_and_drains_nothing()
    {
        _signals.Handle(PosixSignal.SIGHUP);
        Assert.True(_reloaded.Task.IsCompleted);
        Assert.Equal(DrainState.Running, _drain.State);
    }

    [Fact]
    public async Task A_real_hangup_reaches_the_process_and_does_not_end_it()
    {
        const int SigHup = 1;
        Assert.Equal(0, Kill(Environment.ProcessId, SigHup));
        await _reloaded.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
