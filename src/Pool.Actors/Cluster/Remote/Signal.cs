using System.Threading.Tasks.Sources;

namespace Pool.Actors.Cluster.Remote;

/// <summary>
/// Lets one flow wait for another, again and again, without allocating. What is signalled before somebody waits is kept; one waits, one
/// signals, and never twice without a wait in between.
/// </summary>
internal sealed class Signal : IValueTaskSource<bool>
{
    private const int Nothing = 0;
    private const int Waiting = 1;
    private const int Signalled = 2;
    private ManualResetValueTaskSourceCore<bool> _source;
    private int _state;
    private bool _value;

    /// <summary>Waits for the next signal, and answers what it said.</summary>
    public ValueTask<bool> WaitAsync()
    {
        _source.Reset();
        if (Interlocked.CompareExchange(ref _state, Waiting, Nothing) == Nothing)
        {
            return new ValueTask<bool>(this, _source.Version);
        }

        // A full fence: a Set from now on must find that nothing is signalled, or its value must be the one that is read.
        Interlocked.Exchange(ref _state, Nothing);
        return ValueTask.FromResult(_value);
    }

    /// <summary>Signals. The flow that waits goes on right here.</summary>
    public void Set(bool value)
    {
        _value = value;
        if (Interlocked.CompareExchange(ref _state, Signalled, Nothing) == Waiting)
        {
            Volatile.Write(ref _state, Nothing);
            _source.SetResult(value);
        }
    }

    /// <inheritdoc/>
    bool IValueTaskSource<bool>.GetResult(short token) => _source.GetResult(token);

    /// <inheritdoc/>
    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _source.GetStatus(token);

    /// <inheritdoc/>
    void IValueTaskSource<bool>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
