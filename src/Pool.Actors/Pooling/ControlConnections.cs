using Pool.Actors.Backends;
using Pool.Wire.Statements;

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

    /// <summary>Those that the server may have, on their way or not seen to end included.</summary>
    public int Taken => _connections.Count(c => c.IsTaken);

    /// <summary>Those among <see cref="Taken"/> whose permits were not revoked.</summary>
    public int Permitted => _connections.Count(c => c.IsPermitted);

    /// <summary>Closes those that are of an earlier generation, or that the share leaves no place for.</summary>
    public Task FitAsync() => Task.WhenAll(_connections.Select(c => c.FitAsync()));

    /// <summary>Resets the first of them; false if that could not be done.</summary>
    public ValueTask<bool> ResetAsync(CancellationToken cancel) => _connections[0].ResetAsync(cancel);

    /// <summary>
    /// Runs a statement on one that is not busy, or else waits for one. Never throws for what a network or a server does.
    /// </summary>
    public ValueTask<QueryResult> QueryAsync(string sql, CancellationToken cancel) => Choose().QueryAsync(sql, cancel);

    /// <summary>See <see cref="ControlConnection.KillAsync(KillScope, ulong, long, CancellationToken)"/>.</summary>
    public ValueTask<QueryResult> KillAsync(KillScope scope, ulong threadId, long since, CancellationToken cancel) =>
        Choose().KillAsync(scope, threadId, since, cancel);

    /// <summary>Closes them until they are needed again; true if the server was seen to end them all.</summary>
    public async ValueTask<bool> RestAsync()
    {
        var allEnded = true;
        foreach (var connection in _connections)
        {
            allEnded &= await connection.RestAsync();
        }

        return allEnded;
    }

    /// <summary>Closes them for good.</summary>
    public async ValueTask CloseAsync()
    {
        foreach (var connection in _connections)
        {
            await connection.CloseAsync();
        }
    }

    private ControlConnection Choose() => Array.Find(_connections, c => !c.IsBusy)
        ?? _connections[(int)((uint)Interlocked.Increment(ref _next) % (uint)_connections.Length)];
}
