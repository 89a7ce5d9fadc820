using System.Globalization;
using Pool.Actors.Backends;
using Pool.Wire.Statements;

namespace Pool.Actors.Pooling;

/// <summary>
/// One reserved connection: one statement at a time, opened when first needed, opened again when it broke. A broken one that
/// the server was not seen to end is given up to <paramref name="adopt"/> first, so that both are never counted as one place.
/// </summary>
internal sealed class ControlConnection(
    PoolState state, IBackendConnector connector, Func<PooledConnection, bool> adopt, int index)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    /// <summary>A server that takes longer to answer is stuck, and everybody else waits for the turn. A look at very much stored code takes less.</summary>
    private static readonly TimeSpan s_answer = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan s_betweenExtras = TimeSpan.FromMinutes(1);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private PooledConnection? _connection;
    private PooledConnection[] _notEnded = [];
    private volatile bool _isOpening;
    private long _lastExtra;
    private bool _isClosed;

    public bool IsOpen => Volatile.Read(ref _connection) is not null;

    /// <summary>The server may have it: it is open, on its way, or was not seen to end.</summary>
    public bool IsTaken => _isOpening || IsOpen || NotEnded.Length != 0;

    /// <summary>As <see cref="IsTaken"/>, by a permit that was not revoked.</summary>
    public bool IsPermitted => _isOpening
        || Volatile.Read(ref _connection) is { Permit: not { IsRevoked: true } }
        || Array.Exists(NotEnded, static c => c.Permit is not { IsRevoked: true });

    // Replaced as a whole by whoever has the turn; usually empty, and hardly ever more than one.
    private PooledConnection[] NotEnded
    {
        get => Volatile.Read(ref _notEnded);
        set => Volatile.Write(ref _notEnded, value);
    }

    /// <summary>A statement is under way.</summary>
    public bool IsBusy => _turn.CurrentCount == 0;

    public ValueTask<QueryResult> QueryAsync(string sql, CancellationToken cancel) =>
        InTurnAsync((c, either) => c.QueryAsync(sql, either), cancel);

    /// <summary>
    /// Kills a thread, or what it runs. If the server was restarted since the thread was there, its number is another's, or nobody's: then nothing is
    /// sent, and the answer is that there is no such thread.
    /// </summary>
    /// <param name="scope">What to end.</param>
    /// <param name="threadId">The thread.</param>
    /// <param name="since">When it was there, by the exact clock.</param>
    /// <param name="cancel">Gives up.</param>
    public ValueTask<QueryResult> KillAsync(KillScope scope, ulong threadId, long since, CancellationToken cancel) =>
        InTurnAsync((c, either) => KillAsync(c, scope, threadId, since, either), cancel);

    /// <summary>Brings it back to the baseline; false if that could not be done.</summary>
    public async ValueTask<bool> ResetAsync(CancellationToken cancel)
    {
        var result = await InTurnAsync(
            async (c, either) => await c.ResetAsync(either) ? new QueryResult(0, null, []) : QueryResult.Broken("the reset failed"), cancel);
        return result.Succeeded;
    }

    private async ValueTask<QueryResult> InTurnAsync(
        Func<PooledConnection, CancellationToken, ValueTask<QueryResult>> work, CancellationToken caller)
    {
        // Whoever ends the pool needs the turn, whatever the server leaves unanswered.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(caller, state.GivingUp);
        var cancel = either.Token;
        try
        {
            return await InTurnAsync(
                async () =>
                {
                    if (await ReadyAsync(cancel) is { } failure)
                    {
                        return QueryResult.Broken(failure);
                    }

                    await EndOldAsync(cancel);
                    return IsOpen ? await RunAsync(work, cancel) : QueryResult.Broken("the control connection is lost");
                },
                cancel);
        }
        catch (OperationCanceledException)
        {
            return QueryResult.Broken("cancelled while waiting for the control connection");
        }
    }

    private async ValueTask<T> InTurnAsync<T>(Func<ValueTask<T>> work, CancellationToken cancel = default)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            return await work();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Closes it until it is needed again. False: the server was not seen to end it, and another ends it now.</summary>
    public ValueTask<bool> RestAsync() => InTurnAsync(async () =>
    {
        await DropAsync();
        var hasEnded = NotEnded.Length == 0;
        HaveAdopted();
        return hasEnded;
    });

    /// <summary>Closes it if it is of an earlier generation, or the share leaves no place for it.</summary>
    public Task FitAsync() => InTurnAsync(DropUnfitAsync).AsTask();

    /// <summary>Closes it for good.</summary>
    public async ValueTask CloseAsync() => await InTurnAsync(() =>
    {
        _isClosed = true;
        return DropAsync();
    });

    /// <summary>Opens the connection unless it is open and well; answers why not.</summary>
    private async ValueTask<string?> ReadyAsync(CancellationToken cancel)
    {
        if (_isClosed)
        {
            return "the pool is closed";
        }

        if (state is { Mode: PoolMode.Drained, Admission.Active: 0 })
        {
            return "the pool is drained";
        }

        await DropUnfitAsync();
        HaveAdopted();
        if (IsOpen)
        {
            return null;
        }

        // Taken before the share is looked at: whoever lowers it, and finds none taken, gives the place to another node.
        _isOpening = true;
        Interlocked.MemoryBarrier();
        try
        {
            return index >= state.Max ? "the share leaves no place for a control connection"
                : NotEnded.Length != 0 && !TryTakeExtra() ? "the last control connection has not ended yet, and no place is free for another"
                : await OpenAsync(cancel);
        }
        finally
        {
            _isOpening = false;
        }
    }

    // Every place may wait to be ended from here, and the pool would never look at its server again. A connection that nobody has the other end of
    // is most likely gone; if it is not, there is one connection too many until the next one has ended it.
    private bool TryTakeExtra()
    {
        var now = state.Clock.Exact.GetTimestamp();
        if (_lastExtra != 0 && state.Clock.Exact.GetElapsedTime(_lastExtra, now) < s_betweenExtras)
        {
            return false;
        }

        _lastExtra = now;
        return true;
    }

    private void HaveAdopted()
    {
        if (NotEnded.Length != 0)
        {
            NotEnded = Array.FindAll(NotEnded, old => !adopt(old));
        }
    }

    // Before whatever else the one that is open does: one that is not gone by then is killed again before the next.
    private async ValueTask EndOldAsync(CancellationToken cancel)
    {
        foreach (var old in NotEnded.TakeWhile(_ => IsOpen))
        {
            var kill = await RunAsync((c, either) => KillAsync(c, KillScope.Connection, old.ThreadId, old.OpenedAt, either), cancel);
            if (kill.IsNoSuchThread)
            {
                NoteEnded(old);
            }
        }
    }

    // Question and KILL on one connection: on another one, the KILL could come to a server that has not been asked.
    private async ValueTask<QueryResult> KillAsync(PooledConnection on, KillScope scope, ulong threadId, long since, CancellationToken cancel)
    {
        var probe = new RestartProbe(state.Clock.Exact, since);
        var uptime = await probe.AskAsync(on, cancel);
        if (uptime.ErrorCode == -1)
        {
            return uptime;
        }

        if (probe.IsRestart(uptime))
        {
            return QueryResult.NoSuchThread("the server was restarted");
        }

        state.Metrics.BackendKills.Increment();
        var what = scope == KillScope.Query ? "QUERY" : "CONNECTION";
        return await on.QueryAsync($"KILL {what} {threadId.ToString(CultureInfo.InvariantCulture)}", cancel);
    }

    private void NoteEnded(PooledConnection connection)
    {
        connector.Ended(connection);
        NotEnded = Array.FindAll(NotEnded, c => c != connection);
    }

    private async ValueTask<string?> OpenAsync(CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(state.Options.ConnectTimeout, state.Clock.Exact);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        var generation = state.Generation;
        try
        {
            var outcome = await connector.ConnectAsync(state.Options.DefaultClass, either.Token);
            outcome.Connection?.Generation = generation;
            (outcome.Connection ?? outcome.Unfinished)?.OpenedAt = state.Clock.Exact.GetTimestamp();
            NotEnded = outcome.Unfinished is { } unfinished ? [.. NotEnded, unfinished] : NotEnded;
            Volatile.Write(ref _connection, outcome.Connection);
            return outcome.Failure?.Text;
        }
        catch (OperationCanceledException)
        {
            return "the control connection could not be opened in time";
        }
        catch (Exception exception)
        {
            PoolLog.Unexpected(state.Logger, exception, state.Options.Name, "a connect for control");
            return exception.GetType().Name;
        }
    }

    private async ValueTask<QueryResult> RunAsync(Func<PooledConnection, CancellationToken, ValueTask<QueryResult>> work, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(s_answer, state.Clock.Exact);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        QueryResult result;
        try
        {
            result = await work(_connection!, either.Token);
        }
        catch (OperationCanceledException)
        {
            result = QueryResult.Broken("cancelled");
        }
        catch (Exception exception)
        {
            PoolLog.Unexpected(state.Logger, exception, state.Options.Name, "a control statement");
            result = QueryResult.Broken(exception.GetType().Name);
        }

        if (result.ErrorCode == -1)
        {
            await DropAsync();
        }

        return result;
    }

    private async ValueTask<bool> DropUnfitAsync() =>
        _connection is { } open && (index >= state.Max || open.Generation != state.Generation || open.IsStale()) && await DropAsync();

    /// <summary>Closes what is open; true if the server was seen to end it.</summary>
    private async ValueTask<bool> DropAsync()
    {
        if (_connection is not { } connection)
        {
            return false;
        }

        NotEnded = [.. NotEnded, connection];
        Volatile.Write(ref _connection, null);
        try
        {
            if (!await connection.CloseAsync(s_patience))
            {
                return false;
            }
        }
        catch (Exception exception)
        {
            PoolLog.Unexpected(state.Logger, exception, state.Options.Name, "closing a control connection");
            return false;
        }

        NoteEnded(connection);
        return true;
    }
}
