using Pool.Actors.Backends;

namespace Pool.Actors.Pooling;

/// <summary>Lets work open a connection of its own and close it again, in a place of the pool's share. Thread-safe.</summary>
internal sealed class OwnPlace(PoolState state, ConnectionCloser closer)
{
    /// <summary>A place became free.</summary>
    public required Action Changed { get; init; }

    /// <summary>
    /// Runs the work; without a place the answer is null, and nothing was run. What it opened and did not see the server end keeps the place until
    /// that is seen.
    /// </summary>
    public async ValueTask<T?> RunAsync<T>(Func<ValueTask<(T Result, PooledConnection? NotEnded)>> work)
        where T : class
    {
        if (state.TryReserve() is not (>= 0 and var slot))
        {
            return null;
        }

        PooledConnection? notEnded = null;
        try
        {
            (var result, notEnded) = await work();
            return result;
        }
        finally
        {
            Leave(slot, notEnded);
        }
    }

    private void Leave(int slot, PooledConnection? notEnded)
    {
        if (notEnded is not null)
        {
            closer.CloseUnfinished(slot, notEnded);
            return;
        }

        state.Release(slot);
        Changed();
    }
}
