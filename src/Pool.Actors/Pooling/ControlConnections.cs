using Pool.Actors.Backends;

namespace Pool.Actors.Pooling;

/// <summary>
/// The reserved connections, inside the cap and outside the line: KILL and health must work when every lease is taken.
/// Thread-safe.
/// </summary>
internal sealed class ControlConnections
{
    private readonly ControlConnection[] _connections;
    private int _next;

    public ControlConnections(PoolState state, IBackendConnector connector, Func<PooledConnection, bool> adopt) =>
        _connections =
        [
            .. Enumerable.Range(0, state.Options.ReservedConnections)
                .Select(index => new ControlConnection(state, connector, adopt, index)),
        ];

    /// <summary>Those that are open.</summary>
    public int Open => _connections.Count(c => c.IsOpen);

    /// <summary>
    /// Runs a statement on one that is not busy, or else waits for one. Never throws for what a network or a server does.
    /// </summary>
    public async ValueTask<QueryResult> QueryAsync(string sql, CancellationToken cancel)
    {
        var chosen = Array.Find(_connections, c => !c.IsBusy)
            ?? _connections[(int)((uint)Interlocked.Increment(ref _next) % (uint)_connections.Length)];
        return await chosen.QueryAsync(sql, cancel);
    }

    /// <summary>Closes them for good.</summary>
    public async ValueTask CloseAsync()
    {
        foreach (var connection in _connections)
        {
            await connection.CloseAsync();
        }
    }
}
