namespace Pool.Live.Tests.Support;

/// <summary>What one way of a network lets pass: all, nothing without a word, nothing with a refusal, or all of it slowly. Thread-safe.</summary>
public sealed class Gate
{
    private volatile TaskCompletionSource _open = new();
    private volatile CancellationTokenSource _refusal = new();
    private long _delay;

    /// <summary>An open one.</summary>
    public Gate() => _open.SetResult();

    /// <summary>Cancelled when what passes here is to be cut off.</summary>
    internal CancellationToken Refused => _refusal.Token;

    /// <summary>Nothing passes, and nobody is told.</summary>
    public void Close() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends all connections, and refuses new ones.</summary>
    public void Refuse() => _refusal.Cancel();

    /// <summary>Each piece of data waits for so long.</summary>
    public void Slow(TimeSpan delay) => Volatile.Write(ref _delay, delay.Ticks);

    /// <summary>All passes again, what waited first.</summary>
    public void Open()
    {
        Slow(TimeSpan.Zero);
        if (_refusal.IsCancellationRequested)
            _refusal = new CancellationTokenSource();
        _open.TrySetResult();
    }

    /// <summary>Waits until the next piece may pass.</summary>
    internal async Task PassAsync(CancellationToken cancel)
    {
        await _open.Task.WaitAsync(cancel);
        if (Volatile.Read(ref _delay) is > 0 and var ticks)
            await Task.Delay(TimeSpan.FromTicks(ticks), cancel);
    }
}
