using Pool.Actors.Backends;
using Pool.Wire.Statements;

namespace Pool.Actors.Pooling;

/// <summary>
/// Ends connections. The place comes back only after the server has ended its side: a query goes on after its client's socket
/// is gone, and counts against the server's limit until it notices.
/// </summary>
internal sealed class ConnectionCloser(PoolState state, IBackendConnector connector, ControlConnections control)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(5);

    private int _replaced;

    /// <summary>How many are on their way out so that somebody gets their place. Under the line's gate.</summary>
    public int Replaced => _replaced;

    /// <summary>A place became free.</summary>
    public required Action Changed { get; init; }

    /// <summary>Closes a connection that the caller owns.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="cause">Why, as metrics and log tell.</param>
    /// <param name="then">Called when its place is free, after those in line were looked after.</param>
    public void Close(PooledConnection connection, string cause, Action? then = null)
    {
        state.Slots.BeginClose(connection);
        state.Admission.BeginClose();
        Begin(connection, cause, default, then);
    }

    /// <summary>Closes one so that a wait gets its place. Under the line's gate.</summary>
    public void CloseFor(Waiter waiter, PooledConnection connection)
    {
        state.Slots.BeginClose(connection);
        state.Admission.BeginClose();
        _replaced++;
        Begin(connection, "replaced", Pursuit.Of(waiter));
    }

    /// <summary>Closes one if there are more than the share allows.</summary>
    public bool TryShed(PooledConnection connection)
    {
        if (!state.Admission.HasExcess || !state.Admission.TryShed())
        {
            return false;
        }

        state.Slots.BeginClose(connection);
        Begin(connection, "share", default);
        return true;
    }

    /// <summary>
    /// Gives a control connection that was not seen to end a slot and a place among the others until it has, so that its own
    /// place is free for the next one, which then ends it. False: no place is free.
    /// </summary>
    public bool TryAdopt(PooledConnection connection)
    {
        if (state.TryReserve() is not (>= 0 and var slot))
        {
            return false;
        }

        BeginClose(slot, connection);
        state.Background.Run(EndAsync, new Ending(connection, default, IsClosed: true, Then: null));
        return true;
    }

    /// <summary>Ends a connection that was logged in and never came to use, in the slot and the place that were reserved for it.</summary>
    public void CloseUnfinished(int slot, PooledConnection connection)
    {
        BeginClose(slot, connection);
        Begin(connection, "unfinished", default);
    }

    private void BeginClose(int slot, PooledConnection connection)
    {
        connection.OpenedAt = connection.OpenedAt == 0 ? state.Clock.Exact.GetTimestamp() : connection.OpenedAt;
        state.Slots.Open(slot, connection, long.MaxValue);
        state.Slots.BeginClose(connection);
        state.Admission.BeginClose();
    }

    /// <summary>
    /// Has the server end a connection of another node that a session of this one has left in an unknown state. Its node does so too, but
    /// does not say when it is done, and the user's place comes back only then.
    /// </summary>
    public void EndLent(ulong threadId, long since, UserQuota quota) => state.Background.Run(EndLentAsync, (threadId, since, quota));

    private void Begin(PooledConnection connection, string cause, Pursuit pursuit, Action? then = null)
    {
        state.Metrics.Closed[cause].Increment();
        PoolLog.Closing(state.Logger, state.Options.Name, connection.ThreadId, cause);
        state.Background.Run(EndAsync, new Ending(connection, pursuit, IsClosed: false, then));
    }

    private async Task EndAsync(Ending ending)
    {
        var connection = ending.Connection;
        if ((ending.IsClosed || !await IsSeenToCloseAsync(connection)) && !await KillAsync(connection.ThreadId, connection.OpenedAt))
        {
            return;
        }

        connector.Ended(connection);
        state.Slots.Free(connection.Slot, SlotState.Closing);
        state.Admission.LeaveClosed();
        lock (state.Line.Gate)
        {
            _replaced -= ending.Pursuit.Waiter is null ? 0 : 1;
            ending.Pursuit.End(state.Line);
        }

        Changed();
        ending.Then?.Invoke();
        state.Quotas.End(connection);
    }

    private async Task EndLentAsync((ulong ThreadId, long Since, UserQuota Quota) lent)
    {
        if (await KillAsync(lent.ThreadId, lent.Since))
        {
            state.Quotas.Leave(lent.Quota);
        }
    }

    private async Task<bool> IsSeenToCloseAsync(PooledConnection connection)
    {
        try
        {
            return await connection.CloseAsync(s_patience);
        }
        catch (Exception exception)
        {
            PoolLog.Unexpected(state.Logger, exception, state.Options.Name, "closing a connection");
            return false;
        }
    }

    /// <summary>
    /// Kills a thread, again and again until it is gone. What tells is KILL's own "unknown thread id": without the PROCESS privilege
    /// the process list hides other accounts' threads. False: the pool gave up first, and the place is never given back.
    /// </summary>
    /// <param name="threadId">The thread.</param>
    /// <param name="since">When it was there, by the exact clock.</param>
    private async Task<bool> KillAsync(ulong threadId, long since)
    {
        PoolLog.NotEnded(state.Logger, state.Options.Name, threadId);
        for (var pause = s_firstPause; ; pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause)
        {
            var kill = await control.KillAsync(KillScope.Connection, threadId, since, state.GivingUp);
            if (kill.IsNoSuchThread)
            {
                return true;
            }

            if (!kill.Succeeded)
            {
                PoolLog.KillFailed(state.Logger, state.Options.Name, threadId, kill.ErrorText);
            }

            try
            {
                await Task.Delay(pause, state.Clock.Exact, state.GivingUp);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }
    }

    private sealed record Ending(PooledConnection Connection, Pursuit Pursuit, bool IsClosed, Action? Then);
}
