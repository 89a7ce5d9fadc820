using System.Buffers;
using Pool.Actors.Backends.Login;
using Pool.Actors.Relay;
using Pool.Actors.Runtime;
using Pool.Actors.Settings;
using Pool.Wire.Commands;
using Pool.Wire.Handshake;
using Pool.Wire.Replies;

namespace Pool.Actors.Backends;

/// <summary>
/// One authenticated connection to a backend. Whoever owns its slot in the pool sends commands on it and reads the replies
/// through <see cref="Replies"/>; one command at a time.
/// </summary>
public sealed class BackendConnection : PooledConnection
{
    // Resets, repaints and the like take a server no time; one that does not answer for this long has stopped.
    private static readonly TimeSpan s_ownPatience = TimeSpan.FromSeconds(30);
    private const int MaxOwnReplyBytes = 4 * 1024 * 1024;
    private readonly BackendIdentity _identity;
    private readonly FingerprintTable _fingerprints;
    private readonly Transport _transport;
    private readonly TimeProvider _time;
    private ILeaseHolder? _holder;
    private volatile bool _broken;
    private long _ownSince;
    private volatile bool _aborted;

    /// <summary>A connection that has just logged in; <see cref="ResetAsync()"/> brings it to the baseline.</summary>
    public BackendConnection(BackendIdentity identity, ConnectionClass connectionClass, FingerprintTable fingerprints, TimeProvider time)
    {
        _identity = identity;
        _time = time;
        _transport = identity.Transport;
        _fingerprints = fingerprints;
        Class = connectionClass;
        Lease = new Lease(this);
    }

    /// <inheritdoc/>
    public override ConnectionClass Class { get; }

    /// <inheritdoc/>
    public override ulong ThreadId => _identity.ThreadId;

    /// <summary>Whose server it is, and its version.</summary>
    public BackendIdentity Identity => _identity;

    /// <summary>The capabilities that both sides agreed on.</summary>
    public Capabilities Capabilities => _identity.Effective;

    /// <summary>The reply under way.</summary>
    public ReplyReader Replies { get; } = new();

    /// <summary>Guards the statement that runs against kills meant for another.</summary>
    public KillGate Kills { get; } = new();

    /// <summary>The present lease; one object for all leases of the connection.</summary>
    internal Lease Lease { get; }

    /// <summary>The status flags that the server last reported.</summary>
    public ServerStatus Status { get; set; } = ServerStatus.Autocommit;

    /// <summary>There may be warnings or an error on it, which only the session that caused them may see; gone with a reset.</summary>
    internal bool HasDiagnostics { get; set; }

    /// <summary>The session that has leased it; null while it is idle or the pool's own.</summary>
    public ILeaseHolder? Holder
    {
        get => Volatile.Read(ref _holder);
        set => Volatile.Write(ref _holder, value);
    }

    /// <summary>Sends bytes of a command; false when the connection is lost.</summary>
    public ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes) => _transport.SendAsync(bytes);

    /// <summary>Receives the next bytes into the window of <see cref="Replies"/>; 0 when the connection is lost.</summary>
    public ValueTask<int> ReceiveAsync() => _transport.ReceiveAsync(Replies.Window.Free);

    /// <summary>What is painted on it; only while that is known.</summary>
    public SessionSettings Settings => _fingerprints.SettingsOf(Fingerprint);

    /// <summary>Takes note of a change of the painted settings that a statement of the session made (USE, COM_SET_OPTION).</summary>
    public void Repainted(SessionSettings settings) => Fingerprint = _fingerprints.Intern(Class, settings);

    /// <inheritdoc/>
    public override bool IsStale() => _broken || _transport.HasPendingInput();

    /// <summary>True if the connection must not be used again.</summary>
    public bool IsBroken => _broken;

    /// <summary>Makes sure that the connection is closed and not used again.</summary>
    public void Doom() => _broken = true;

    /// <inheritdoc/>
    public override void CheckLimits(long now)
    {
        var since = Volatile.Read(ref _ownSince);
        if (since != 0 && _time.GetElapsedTime(since, now) > s_ownPatience)
        {
            Abort();
        }

        Holder?.CheckLease(this, now);
    }

    /// <inheritdoc/>
    public override async ValueTask<bool> ResetAsync()
    {
        // What a reset keeps is known from the fingerprint alone.
        if (Fingerprint == Fingerprint.None)
        {
            return false;
        }

        var settings = _fingerprints.SettingsOf(Fingerprint);
        return await ResetAsync(settings.Database, settings.MultiStatements);
    }

    /// <summary>As <see cref="ResetAsync()"/>, where the database and the option, which a reset keeps, are known otherwise.</summary>
    public async ValueTask<bool> ResetAsync(string? database, bool multiStatements)
    {
        var commands = new ArrayBufferWriter<byte>();
        CommandPackets.ResetConnection(commands);
        CommandPackets.Query(commands, Baseline.Statement);
        foreach (var result in await RunAsync(commands.WrittenMemory, ReplyShape.Acknowledgement, ReplyShape.Results))
        {
            if (!result.Succeeded)
            {
                return false;
            }
        }

        HasDiagnostics = false;
        Repainted(new SessionSettings(database, Baseline.CollationId, IgnoreSpace: false, multiStatements));
        return true;
    }

    /// <inheritdoc/>
    public override async ValueTask<QueryResult> QueryAsync(string sql, CancellationToken cancel)
    {
        var command = new ArrayBufferWriter<byte>();
        CommandPackets.Query(command, sql);
        using var abort = cancel.Register(static c => ((BackendConnection)c!).Abort(), this);
        return (await RunAsync(command.WrittenMemory, ReplyShape.Results))[0];
    }

    /// <summary>Runs commands of the pool's own, sent in one write, and answers how each went. Nothing stops at an error.</summary>
    public async ValueTask<QueryResult[]> RunAsync(ReadOnlyMemory<byte> commands, params ReplyShape[] shapes)
    {
        var results = new QueryResult[shapes.Length];
        Volatile.Write(ref _ownSince, _time.GetTimestamp());
        var sent = await _transport.SendAsync(commands);
        for (var i = 0; i < shapes.Length; i++)
        {
            results[i] = sent && !_broken ? await ReadReplyAsync(shapes[i]) : QueryResult.Broken("the connection is lost");
            _broken |= results[i].ErrorCode < 0;
        }

        Volatile.Write(ref _ownSince, 0);
        return results;
    }

    /// <inheritdoc/>
    public override async ValueTask<bool> CloseAsync(TimeSpan patience)
    {
        using var deadline = new CancellationTokenSource(patience, _time);
        using var abort = deadline.Token.Register(static c => ((BackendConnection)c!).Abort(), this);
        var quit = new ArrayBufferWriter<byte>();
        CommandPackets.Quit(quit);
        await _transport.SendAsync(quit.WrittenMemory);

        // The server closes when its thread is done. Until then what it still says is read and dropped.
        var scrap = ArrayPool<byte>.Shared.Rent(4096);
        while (await _transport.ReceiveAsync(scrap) > 0)
        {
        }

        ArrayPool<byte>.Shared.Return(scrap);
        var closedByServer = !_aborted;
        Abort();
        return closedByServer;
    }

    /// <summary>
    /// Cuts the connection off at once; receives and sends under way fail. What the server does then is not seen any more. For
    /// any thread.
    /// </summary>
    public void Abort()
    {
        _aborted = true;
        _transport.Abort();
    }

    private async ValueTask<QueryResult> ReadReplyAsync(ReplyShape shape)
    {
        Replies.Begin(shape, Capabilities, Capabilities, Status);
        var reply = new ArrayBufferWriter<byte>();
        while (true)
        {
            var progress = Replies.Scan();
            reply.Write(Replies.Window.Ready.Span);
            Replies.Window.Sent();
            switch (progress)
            {
                case ReplyProgress.Done:
                    return Conclude(reply.WrittenSpan);
                case ReplyProgress.NeedMore when reply.WrittenCount <= MaxOwnReplyBytes:
                    break;
                default:
                    return QueryResult.Broken("the reply is malformed or too long");
            }

            var received = await ReceiveAsync();
            if (received == 0)
            {
                return QueryResult.Broken("the connection is lost");
            }

            Replies.Window.Received(received);
        }
    }

    private QueryResult Conclude(ReadOnlySpan<byte> reply)
    {
        if (Replies.Summary.ErrorCode != 0)
        {
            var (code, text) = TextRows.ReadError(reply);
            return new QueryResult(code, text, []);
        }

        Status = Replies.Summary.Status;
        return new QueryResult(0, null, Replies.Summary.IsResultSet ? TextRows.Read(reply, Capabilities) : []);
    }
}
