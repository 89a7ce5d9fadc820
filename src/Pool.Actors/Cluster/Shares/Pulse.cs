using System.Threading.Channels;

namespace Pool.Actors.Cluster.Shares;

/// <summary>Takes one step after the other, four times a second and whenever it is woken, whatever becomes of a step.</summary>
/// <param name="step">The step.</param>
/// <param name="failed">Told of a step that threw.</param>
/// <param name="time">The timers.</param>
internal sealed class Pulse(Func<CancellationToken, Task> step, Action<Exception> failed, TimeProvider time)
{
    /// <summary>The time between steps that nothing has asked for.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Has a step taken soon that sees all that was so before the call. From any thread; never blocks.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>Goes on until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = time.CreateTimer(static pulse => ((Pulse)pulse!).Wake(), this, TimeSpan.Zero, Period);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await _wake.Reader.ReadAsync(stop);
                await step(stop);
            }
            catch (OperationCanceledException)
            {
                // Stopped.
            }
            catch (Exception exception)
            {
                failed(exception);
            }
        }
    }
}
