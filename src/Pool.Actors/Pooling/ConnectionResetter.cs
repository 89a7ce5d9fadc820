using Pool.Actors.Backends;
using Pool.Actors.Settings;

namespace Pool.Actors.Pooling;

/// <summary>Brings connections with state left on them back to the baseline, in the background; they count as leased until then.</summary>
internal sealed class ConnectionResetter(PoolState state, ConnectionCloser closer, Borrowings borrowings, Dispatcher dispatcher)
{
    /// <summary>Takes one that the caller owns.</summary>
    public void Begin(PooledConnection connection)
    {
        if (connection is { Home: not null, Quota: null })
        {
            borrowings.GiveBack(connection, LoanEnd.Dirty);
            return;
        }

        state.Background.Run(ResetAsync, connection);
    }

    private async Task ResetAsync(PooledConnection connection)
    {
        state.Metrics.Resets.Increment();
        bool isClean;
        try
        {
            // Who ends the pool waits for it, and no janitor does any more.
            isClean = await connection.ResetAsync(state.GivingUp) && connection.Fingerprint != Fingerprint.None;
        }
        catch (Exception exception)
        {
            PoolLog.Unexpected(state.Logger, exception, state.Options.Name, "a reset");
            isClean = false;
        }

        if (connection.Home is not null)
        {
            GiveBack(connection, isClean);
        }
        else if (isClean)
        {
            dispatcher.Give(connection);
        }
        else
        {
            closer.Close(connection, "reset");
        }
    }

    // Its node resets it once more, for it knows by that what became of its statements there; nothing of the session is left now.
    private void GiveBack(PooledConnection connection, bool isClean)
    {
        if (isClean)
        {
            state.Quotas.End(connection);
        }

        borrowings.GiveBack(connection, isClean ? LoanEnd.Dirty : LoanEnd.Broken);
    }
}
