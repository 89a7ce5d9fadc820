using Pool.Actors.Backends;
using Pool.Actors.Settings;

namespace Pool.Bench;

/// <summary>A connection to nowhere that is always clean.</summary>
internal sealed class IdleConnection : PooledConnection
{
    public IdleConnection(ConnectionClass connectionClass, Fingerprint fingerprint)
    {
        Class = connectionClass;
        Fingerprint = fingerprint;
    }

    public override ConnectionClass Class { get; }

    public override ulong ThreadId => 1;

    public override bool IsStale() => false;

    public override ValueTask<bool> ResetAsync(CancellationToken cancel = default) => ValueTask.FromResult(true);

    public override ValueTask<QueryResult> QueryAsync(string sql, CancellationToken cancel) => ValueTask.FromResult(new QueryResult(0, null, []));

    public override ValueTask<bool> CloseAsync(TimeSpan patience) => ValueTask.FromResult(true);

    public override void CheckLimits(long now)
    {
    }
}

/// <summary>Opens <see cref="IdleConnection"/>s that carry one fingerprint.</summary>
internal sealed class IdleConnector(Fingerprint fingerprint) : IBackendConnector
{
    public bool MayConnect => true;

    public ValueTask<ConnectOutcome> ConnectAsync(ConnectionClass connectionClass, CancellationToken cancel) =>
        ValueTask.FromResult(new ConnectOutcome(new IdleConnection(connectionClass, fingerprint), null));

    public void Ended(PooledConnection connection)
    {
    }
}
