using Pool.Actors.Backends;
using Pool.Actors.Settings;

namespace Pool.Testing;

/// <summary>A connection of <see cref="FakeConnector"/>: does what the test says, at baseline and well unless it says otherwise.</summary>
public sealed class FakeConnection : PooledConnection
{
    private readonly FakeConnector _server;
    private int _owner;
    private int _limitChecks;
    private int _closes;

    internal FakeConnection(FakeConnector server, ConnectionClass connectionClass, ulong threadId)
    {
        (_server, Class, ThreadId) = (server, connectionClass, threadId);
        Paint(server.BaselineOf(connectionClass));
    }

    /// <inheritdoc/>
    public override ConnectionClass Class { get; }

    /// <inheritdoc/>
    public override ulong ThreadId { get; }

    /// <summary>What <see cref="IsStale"/> answers.</summary>
    public bool Stale { get; set; }

    /// <summary>What <see cref="ResetAsync"/> comes to.</summary>
    public Task<bool> Reset { get; set; } = Task.FromResult(true);

    /// <summary>What <see cref="CloseAsync"/> comes to; when true, the server has ended the thread.</summary>
    public Task<bool> Close { get; set; } = Task.FromResult(true);

    /// <summary>What <see cref="QueryAsync"/> waits for before it answers, unless it is cancelled.</summary>
    public Task Answering { get; set; } = Task.CompletedTask;

    /// <summary>How often <see cref="CheckLimits"/> was called.</summary>
    public int LimitChecks => Volatile.Read(ref _limitChecks);

    /// <summary>How often <see cref="CloseAsync"/> was called.</summary>
    public int Closes => Volatile.Read(ref _closes);

    /// <summary>Puts a mark on the connection and answers the one that was there: 0 unless somebody else owns it too.</summary>
    public int SwapOwner(int owner) => Interlocked.Exchange(ref _owner, owner);

    /// <summary>What a session does to a connection that it leased.</summary>
    public void Paint(Fingerprint fingerprint) => Fingerprint = fingerprint;

    /// <inheritdoc/>
    public override bool IsStale() => Stale;

    /// <inheritdoc/>
    public override async ValueTask<bool> ResetAsync(CancellationToken cancel = default)
    {
        await Task.WhenAny(Reset, Task.Delay(Timeout.Infinite, cancel));
        var isClean = Reset.IsCompleted && await Reset;
        Paint(isClean ? _server.BaselineOf(Class) : Fingerprint.None);
        return isClean;
    }

    /// <inheritdoc/>
    public override async ValueTask<QueryResult> QueryAsync(string sql, CancellationToken cancel)
    {
        if (!Answering.IsCompleted)
        {
            await Task.WhenAny(Answering, Task.Delay(Timeout.Infinite, cancel));
        }

        return Answering.IsCompleted ? _server.Run(this, sql) : QueryResult.Broken("cancelled");
    }

    /// <inheritdoc/>
    public override async ValueTask<bool> CloseAsync(TimeSpan patience)
    {
        Interlocked.Increment(ref _closes);
        var seen = await Close;
        if (seen)
        {
            _server.End(this);
        }

        return seen;
    }

    /// <inheritdoc/>
    public override void CheckLimits(long now) => Interlocked.Increment(ref _limitChecks);
}
