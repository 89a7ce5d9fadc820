using System.Collections.Concurrent;
using Pool.Actors.Backends.StoredCode;
using Pool.Actors.Pooling;
using Pool.Actors.Prepared;
using Pool.Actors.Sessions;
using Pool.Actors.Settings;
using Pool.Actors.Telemetry;

namespace Pool.Actors.Backends;

/// <summary>One database server as sessions see it: its pool, what is known of it, and the limits on its leases.</summary>
public sealed class Backend
{
    private static readonly TimeSpan s_databaseTrust = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_killPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_retireInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_refreshPatience = TimeSpan.FromSeconds(5);
    private const int SharePercent = 80;
    private const int MaxKnownDatabases = 10_000;

    // No statement sets them for a session, so that no repaint can bring a connection up to date.
    private static readonly string[] s_keptGlobals = ["max_allowed_packet", "net_buffer_length"];
    private readonly ConcurrentDictionary<(string Account, string Database), long> _databases = new();
    private readonly ConcurrentDictionary<string, string> _lastDatabase = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private BackendFacts? _facts;
    private LeaseLimits _limits;
    private int _pinned;
    private long _lastRetired;
    private long _globalsSet;
    private long _globalsRead;
    private Baseline? _lastRead;

    /// <summary>Puts the parts together.</summary>
    public Backend(string name, BackendPool pool, PoolMetrics metrics, LeaseLimits limits, TimeProvider time)
    {
        Name = name;
        Pool = pool;
        Metrics = metrics;
        _limits = limits;
        _time = time;
    }

    /// <summary>The name in the configuration.</summary>
    public string Name { get; }

    /// <summary>Its connections.</summary>
    public BackendPool Pool { get; }

    /// <summary>Its fingerprints.</summary>
    public FingerprintTable Fingerprints => Pool.Fingerprints;

    /// <summary>The repaints between its fingerprints.</summary>
    public RepaintTable Repaints { get; } = new();

    /// <summary>What was learned of statements that set or read variables.</summary>
    internal SettingsMemory Memory { get; } = new();

    /// <summary>Sessions that set variables share connections; false: they keep theirs (reserved mode).</summary>
    public bool SharesSettings { get; set; } = true;

    /// <summary>What is known of its stored code; null if nobody looks at it, so that whoever uses some keeps the connection.</summary>
    public StoredCodeWatch? StoredCode { get; set; }

    /// <summary>The texts of its sessions' prepared statements.</summary>
    internal PreparedTexts Texts { get; } = new();

    /// <summary>How many different texts its sessions have prepared, or its connections still know.</summary>
    public int StatementTexts => Texts.Count;

    /// <summary>The most prepared statements that are kept on one connection.</summary>
    public int MaxStatementsPerConnection { get; set; } = 100;

    /// <summary>How many prepared statements one connection may keep, so that all together stay below the server's own limit.</summary>
    internal int StatementsPerConnection => Math.Max(1, (int)Math.Min(
        MaxStatementsPerConnection, SharePercent * (long)(Facts?.MaxPreparedStatements ?? int.MaxValue) / 100 / Pool.Options.MaxConnections));

    /// <summary>Settings may ride in statements as hints, where the server knows them.</summary>
    public bool UsesHints { get; set; }

    /// <summary>What is counted of it.</summary>
    public PoolMetrics Metrics { get; }

    /// <summary>What was learned at its check; null until it has been reached once.</summary>
    public BackendFacts? Facts
    {
        get => Volatile.Read(ref _facts);
        set => Volatile.Write(ref _facts, value);
    }

    /// <summary>The limits on leases; replaced as a whole on reload.</summary>
    public LeaseLimits Limits
    {
        get => Volatile.Read(ref _limits);
        set => Volatile.Write(ref _limits, value);
    }

    /// <summary>How many sessions hold a connection for another reason than a transaction.</summary>
    public int Pinned => Volatile.Read(ref _pinned);

    /// <summary>True if no more sessions may be pinned.</summary>
    public bool IsPinLimitReached => Limits.MaxPinned is > 0 and var limit && Pinned >= limit;

    /// <summary>Counts one more pinned session.</summary>
    public void Pin() => Interlocked.Increment(ref _pinned);

    /// <summary>Takes back a <see cref="Pin"/>.</summary>
    public void Unpin() => Interlocked.Decrement(ref _pinned);

    /// <summary>Counts reasons to keep a connection that came up, a transaction and fresh diagnostics aside.</summary>
    public void CountPins(PinReasons added)
    {
        for (var rest = (uint)(added & ~(PinReasons.Transaction | PinReasons.Diagnostics)); rest != 0; rest &= rest - 1)
        {
            Metrics.Pins[((PinReasons)(rest & (~rest + 1))).ToString()].Increment();
        }
    }

    /// <summary>
    /// Interrupts the statement that runs on a connection; true when the server has done so. False if it may still come to it, or refuses (the first account
    /// of several may lack the privilege), or has no such thread, or only another's by that number: such a connection is of no use any more.
    /// </summary>
    public async ValueTask<bool> KillQueryAsync(PooledConnection connection)
    {
        using var deadline = new CancellationTokenSource(s_killPatience, _time);
        if (connection.Home is not { } home)
        {
            return await KillOwnQueryAsync(connection, deadline.Token);
        }

        // A node that borrows may have no connection of its own left, and no place for one.
        if (await home.KillQueryAsync(connection.ThreadId, deadline.Token))
        {
            return true;
        }

        // The lender may still come to it, whatever is done here.
        await KillOwnQueryAsync(connection, deadline.Token);
        return false;
    }

    /// <summary>As the other, over this node's own control connection, whoever has opened the connection.</summary>
    public async ValueTask<bool> KillOwnQueryAsync(PooledConnection connection, CancellationToken cancel)
    {
        var kill = await Pool.KillQueryAsync(connection.ThreadId, connection.OpenedAt, cancel);
        return kill.Succeeded;
    }

    /// <summary>
    /// Takes note that the server refused a write because it is read only: after a failover the name may lead elsewhere, so all
    /// connections are opened anew. At most once per interval, since other errors share the number.
    /// </summary>
    public void NoteReadOnly()
    {
        var now = _time.GetTimestamp();
        var last = Interlocked.Read(ref _lastRetired);
        if ((last == 0 || _time.GetElapsedTime(last, now) > s_retireInterval)
            && Interlocked.CompareExchange(ref _lastRetired, now, last) == last)
        {
            Pool.RetireGeneration("read-only");
        }
    }

    /// <summary>
    /// Reads the globals that new sessions start with anew; false if they could not be read. If one has changed that connections keep as it was
    /// when they were opened, all are opened anew.
    /// </summary>
    public async ValueTask<bool> RefreshBaselineAsync(CancellationToken cancel)
    {
        // What is set from here on may be missed.
        var set = Volatile.Read(ref _globalsSet);
        var isRead = await Pool.RefreshBaselineAsync(cancel);
        Volatile.Write(ref _globalsRead, set);
        if (isRead && Fingerprints.Latest is { } latest && Interlocked.Exchange(ref _lastRead, latest) is { } before
            && Array.Exists(s_keptGlobals, g => before.Find(g) != latest.Find(g)))
        {
            Pool.RetireGeneration("changed global");
        }

        return isRead;
    }

    /// <summary>
    /// Reads the globals if one may have been set through this node since; for five seconds at most, and once, whatever comes of it: sessions
    /// can begin without.
    /// </summary>
    public async ValueTask CatchUpAsync()
    {
        if (Volatile.Read(ref _globalsRead) != Volatile.Read(ref _globalsSet))
        {
            using var deadline = new CancellationTokenSource(s_refreshPatience, _time);
            await RefreshBaselineAsync(deadline.Token);
        }
    }

    /// <summary>Takes note that a statement has run that may set globals, before its client is told.</summary>
    public void NoteGlobals() => Interlocked.Increment(ref _globalsSet);

    /// <summary>True if the account could select the database a moment ago, so that nobody need ask the server.</summary>
    public bool IsKnownDatabase(string account, string database) =>
        _databases.TryGetValue((account, database), out var seen) && _time.GetElapsedTime(seen) < s_databaseTrust;

    /// <summary>A database that the account could select at some time, or null.</summary>
    public string? AnyKnownDatabase(string account) => _lastDatabase.GetValueOrDefault(account);

    /// <summary>Takes note that a statement has run that may define or drop objects, before its client is told.</summary>
    public void NoteDefinition()
    {
        StoredCode?.NoteDefinition();
        _databases.Clear();
    }

    /// <summary>Takes note that the account could select the database just now.</summary>
    public void KnowDatabase(string account, string database)
    {
        _lastDatabase[account] = database;
        if (_databases.Count >= MaxKnownDatabases)
        {
            _databases.Clear();
        }

        _databases[(account, database)] = _time.GetTimestamp();
    }
}
