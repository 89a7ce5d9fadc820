using Pool.Actors.Backends;

namespace Pool.Actors.Pooling;

/// <summary>
/// One reserved connection: one statement at a time, opened when first needed, opened again when it broke. A broken one that
/// the server was not seen to end is given up to <paramref name="adopt"/> first, so that both are never counted as one place.
/// </summary>
internal sealed class ControlConnection(
    PoolState state, IBackendConnector connector, Func<PooledConnection, bool> adopt, int index)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private PooledConnection? _connection;
    private PooledConnection? _notEnded;
    private bool _isClosed;

    public bool IsOpen => Volatile.Read(ref _connection) is not null;

    /// <summary>A statement is under way.</summary>
    public bool IsBusy => _turn.CurrentCount == 0;

    public async ValueTask<QueryResult> QueryAsync(string sql, CancellationToken cancel)
    {
        try
        {
            await _turn.WaitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            return QueryResult.Broken("cancelled while waiting for the control connection");
        }

        try
        {
            return await ReadyAsync(cancel) is { } failure ? QueryResult.Broken(failure) : await RunAsync(sql, cancel);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Closes it for good.</summary>
    public async ValueTask CloseAsync()
    {
        await _turn.WaitAsync();
        _isClosed = true;
        await DropAsync();
        _turn.Release();
    }

    /// <summary>Opens the connection unless it is open and well; answers why not.</summary>
    private async ValueTask<string?> ReadyAsync(CancellationToken cancel)
    {
        if (_isClosed)
        {
            return "the pool is closed";
        }

        if (_connection is { } open && open.IsStale())
        {
            await DropAsync();
        }

        if (_connection is not null)
        {
            return null;
        }

        if (_notEnded is { } old && !adopt(old))
        {
            return "the last control connection has not ended yet, and no place is free for another";
        }

        _notEnded = null;
        return index < state.Max ? await OpenAsync(cancel) : "the share leaves no place for a control connection";
    }

    private async ValueTask<string?> OpenAsync(CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(state.Options.ConnectTimeout, state.Clock.Exact);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        try
        {
            var outcome = await connector.ConnectAsync(state.Options.DefaultClass, either.Token);
            Volatile.Write(ref _connection, outcome.Connection);
            return outcome.Failure?.Text;
        }
        catch (OperationCanceledException)
        {
            return "the control connection could not be opened in time";
        }
    }

    private async ValueTask<QueryResult> RunAsync(string sql, CancellationToken cancel)
    {
        QueryResult result;
        try
        {
            result = await _connection!.QueryAsync(sql, cancel);
        }
        catch (OperationCanceledException)
        {
            result = QueryResult.Broken("cancelled");
        }

        if (result.ErrorCode == -1)
        {
            await DropAsync();
        }

        return result;
    }

    private async ValueTask DropAsync()
    {
        if (_connection is { } connection)
        {
            Volatile.Write(ref _connection, null);
            _notEnded = await connection.CloseAsync(s_patience) ? null : connection;
        }
    }
}
