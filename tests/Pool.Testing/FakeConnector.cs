using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Pool.Actors.Backends;
using Pool.Actors.Settings;

namespace Pool.Testing;

/// <summary>
/// A backend without a network: connects succeed at once unless the test scripts them, and the "server" knows which threads
/// live, so that a test can see whether a cap held and a KILL worked. Thread-safe.
/// </summary>
public sealed class FakeConnector(FingerprintTable fingerprints) : IBackendConnector
{
    private readonly ConcurrentDictionary<ulong, FakeConnection> _live = new();
    private readonly ConcurrentDictionary<ulong, bool> _greeted = new();
    private readonly Channel<FakeAttempt> _attempts = Channel.CreateUnbounded<FakeAttempt>();
    private long _lastThreadId;
    private long _startedAt;
    private int _attempted;
    private int _peak;

    /// <summary>True: every connect waits until the test takes it from <see cref="NextAttemptAsync"/> and decides.</summary>
    public bool IsScripted { get; set; }

    /// <summary>What connects come to when they are not scripted; null, or an answer of null, for success.</summary>
    public Func<ConnectionClass, ConnectFailure?>? Failing { get; set; }

    /// <summary>What a new connection is set to before it is handed over.</summary>
    public Action<FakeConnection>? Prepare { get; set; }

    /// <summary>Answers statements before the server does; an answer of null leaves it to the server.</summary>
    public Func<FakeConnection, string, QueryResult?>? Answer { get; set; }

    /// <inheritdoc/>
    public bool MayConnect { get; set; } = true;

    /// <summary>The server's clock; without one it does not say how long it has run.</summary>
    public TimeProvider? Time { get; init; }

    /// <summary>Told of every connection that was seen to end.</summary>
    public Action<PooledConnection>? OnEnded { get; set; }

    /// <summary>Connects that were begun.</summary>
    public int Attempted => Volatile.Read(ref _attempted);

    /// <summary>The server's process list.</summary>
    public ICollection<FakeConnection> Live => _live.Values;

    /// <summary>The most threads that the server ever had at once.</summary>
    public int Peak => Volatile.Read(ref _peak);

    /// <summary>The baseline of a class, which new and reset connections carry.</summary>
    public Fingerprint BaselineOf(ConnectionClass connectionClass) =>
        fingerprints.Acquire(connectionClass, FakeVariables.In(null));

    /// <summary>The next connect that was begun while <see cref="IsScripted"/>.</summary>
    public async Task<FakeAttempt> NextAttemptAsync() =>
        await _attempts.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1));

    /// <inheritdoc/>
    public ValueTask<ConnectOutcome> ConnectAsync(ConnectionClass connectionClass, CancellationToken cancel)
    {
        Interlocked.Increment(ref _attempted);
        if (!IsScripted)
        {
            var failure = Failing?.Invoke(connectionClass);
            return ValueTask.FromResult(new ConnectOutcome(failure is null ? Open(connectionClass) : null, failure));
        }

        var attempt = new FakeAttempt(this, connectionClass, cancel);
        _attempts.Writer.TryWrite(attempt);
        return new ValueTask<ConnectOutcome>(attempt.Outcome);
    }

    /// <inheritdoc/>
    public void Ended(PooledConnection connection) => OnEnded?.Invoke(connection);

    /// <summary>The server begins anew: without threads, and with the numbers that it had given before.</summary>
    public void Restart()
    {
        _live.Clear();
        _greeted.Clear();
        Interlocked.Exchange(ref _lastThreadId, 0);
        _startedAt = Time?.GetTimestamp() ?? 0;
    }

    /// <summary>Ends a thread at the server.</summary>
    public bool End(ulong threadId) => _live.TryRemove(threadId, out _) || _greeted.TryRemove(threadId, out _);

    /// <summary>Ends a connection's own thread, and not another's that has its number after a restart.</summary>
    internal void End(FakeConnection connection) => _live.TryRemove(KeyValuePair.Create(connection.ThreadId, connection));

    /// <summary>Somebody has connected, and has not logged in yet: the number of his thread.</summary>
    public ulong Greet()
    {
        var threadId = (ulong)Interlocked.Increment(ref _lastThreadId);
        _greeted[threadId] = true;
        return threadId;
    }

    /// <summary>Who has been greeted logs in; null if his thread has ended meanwhile.</summary>
    public FakeConnection? LogIn(ConnectionClass connectionClass, ulong threadId) =>
        _greeted.TryRemove(threadId, out _) ? Open(connectionClass, threadId) : null;

    internal FakeConnection Open(ConnectionClass connectionClass) =>
        Open(connectionClass, (ulong)Interlocked.Increment(ref _lastThreadId));

    private FakeConnection Open(ConnectionClass connectionClass, ulong threadId)
    {
        var connection = new FakeConnection(this, connectionClass, threadId);
        _live[threadId] = connection;
        var count = _live.Count;
        int peak;
        while ((peak = Peak) < count && Interlocked.CompareExchange(ref _peak, count, peak) != peak)
        {
        }

        Prepare?.Invoke(connection);
        return connection;
    }

    internal QueryResult Run(FakeConnection on, string sql)
    {
        if (Answer?.Invoke(on, sql) is { } scripted)
        {
            return scripted;
        }

        if (sql == "SHOW GLOBAL STATUS LIKE 'Uptime'")
        {
            return new(0, null, Time is null ? [] : [["Uptime", $"{(long)Time.GetElapsedTime(_startedAt).TotalSeconds}"]]);
        }

        var id = ulong.Parse(sql[(sql.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
        return sql.StartsWith("KILL", StringComparison.Ordinal)
            ? End(id) ? new(0, null, []) : new(1094, $"Unknown thread id: {id}", [])
            : new(0, null, _live.ContainsKey(id) ? [["1"]] : []);
    }
}

/// <summary>A connect that waits for the test's decision.</summary>
public sealed class FakeAttempt
{
    private readonly TaskCompletionSource<ConnectOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FakeConnector _connector;

    internal FakeAttempt(FakeConnector connector, ConnectionClass connectionClass, CancellationToken cancel)
    {
        (_connector, Class) = (connector, connectionClass);
        cancel.Register(() => _outcome.TrySetResult(new(null, new(ConnectFailureKind.TimedOut, "no answer"))));
    }

    /// <summary>What was asked for.</summary>
    public ConnectionClass Class { get; }

    internal Task<ConnectOutcome> Outcome => _outcome.Task;

    /// <summary>It succeeds.</summary>
    public FakeConnection Succeed()
    {
        var connection = _connector.Open(Class);
        _outcome.SetResult(new(connection, null));
        return connection;
    }

    /// <summary>It fails after the login: the server has a thread, and is not seen to end it.</summary>
    public FakeConnection FailUnfinished()
    {
        var connection = _connector.Open(Class);
        connection.Close = Task.FromResult(false);
        _outcome.SetResult(new(null, new(ConnectFailureKind.Protocol, "scripted: after the login"), connection));
        return connection;
    }

    /// <summary>It fails.</summary>
    public void Fail(ConnectFailureKind kind) => _outcome.SetResult(new(null, new(kind, $"scripted: {kind}")));
}
