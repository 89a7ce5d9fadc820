using System.Buffers;
using System.Text;
using Pool.Actors.Backends.Login;
using Pool.Actors.Prepared;
using Pool.Actors.Relay;
using Pool.Actors.Runtime;
using Pool.Actors.Sessions.UserVariables;
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
    // MySQL warns of every deprecated variable that is read.
    private const string ClearWarnings = "DO 0";
    private const int MaxOwnReplyBytes = 4 * 1024 * 1024;
    private readonly BackendIdentity _identity;
    private readonly FingerprintTable _fingerprints;
    private readonly Transport _transport;
    private readonly TimeProvider _time;
    private ILeaseHolder? _holder;
    private volatile bool _broken;
    private volatile bool _doomed;
    private long _ownSince;
    private volatile bool _aborted;

    /// <summary>A connection that has just logged in; <see cref="ResetAsync(CancellationToken)"/> brings it to the baseline.</summary>
    /// <param name="identity">Who the server is, and the stream to it.</param>
    /// <param name="connectionClass">What the handshake fixed.</param>
    /// <param name="fingerprints">The backend's fingerprints.</param>
    /// <param name="time">The clock of its limits.</param>
    /// <param name="replies">A reader that nothing is read with any more, to be used again; null: a new one.</param>
    public BackendConnection(
        BackendIdentity identity, ConnectionClass connectionClass, FingerprintTable fingerprints, TimeProvider time, ReplyReader? replies = null)
    {
        Replies = replies ?? new ReplyReader();
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
    public ReplyReader Replies { get; }

    /// <summary>Guards the statement that runs against kills meant for another.</summary>
    public KillGate Kills { get; } = new();

    /// <summary>The present lease; one object for all leases of the connection.</summary>
    internal Lease Lease { get; }

    /// <summary>The status flags that the server last reported; of those, the ones that hold until it reports others.</summary>
    public ServerStatus Status { get; set => field = value & FormatAdapter.Lasting; } = ServerStatus.Autocommit;

    /// <summary>Why a reset has failed, in the server's words.</summary>
    internal string? ResetRefusal { get; private set; }

    /// <summary>What the last reset left; null before the first.</summary>
    internal Baseline? ResetTo { get; set; }

    /// <summary>There may be warnings or an error on it, which only the session that caused them may see; gone with a reset.</summary>
    internal bool HasDiagnostics { get; set; }

    /// <summary>LAST_INSERT_ID() on it when that was last read or set; 0 while it is idle.</summary>
    internal ulong KnownInsertId { get; set; }

    /// <summary>It was reset since it is known here, and whatever was prepared on it before is gone.</summary>
    internal bool WasReset { get; private set; }

    /// <summary>The user variables that exist on it; gone with a reset.</summary>
    internal CarriedVariables UserVariables { get; } = new();

    /// <summary>The statements that are prepared on it; made when first needed.</summary>
    internal ConnectionStatements? Prepared { get; set; }

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

    /// <summary>Receives the next bytes as they are, for another node that has the connection; 0 when it is lost.</summary>
    internal ValueTask<int> ReceiveAsync(Memory<byte> buffer) => _transport.ReceiveAsync(buffer);

    /// <summary>Whose server it is.</summary>
    internal ServerFlavour Flavour => _identity.Flavour;

    /// <summary>What is painted on it; only while that is known.</summary>
    public SessionSettings Settings => _fingerprints.SettingsOf(Fingerprint);

    /// <summary>Takes note of what the connection carries now. None of the table's places may be left for it: it is to be reset then.</summary>
    public void Repainted(SessionSettings settings)
    {
        Carry(_fingerprints.Acquire(Class, settings));
    }

    /// <summary>Takes note that the connection carries what a fingerprint stands for, which is held by somebody.</summary>
    internal void Repainted(Fingerprint fingerprint)
    {
        _fingerprints.Hold(fingerprint);
        Carry(fingerprint);
    }

    /// <summary>
    /// The variables that no repaint sets and that are not as the last reset left them, and so were set by a statement. The baseline of the
    /// session does not tell: it may be older or newer than the connection's.
    /// </summary>
    internal IEnumerable<Variable> Moved(SessionSettings has) => has.Baseline.Catalogue.Variables.Where(
        v => v.Role == VariableRole.Pinning && has[v.Index] != ResetTo?[v.Index]);

    /// <inheritdoc/>
    public override bool IsStale() => IsBroken || _transport.HasPendingInput();

    /// <summary>True if the connection must not be used again.</summary>
    public bool IsBroken => _broken || _doomed;

    /// <summary>Makes sure that the connection is closed and not used again.</summary>
    public void Doom() => _doomed = true;

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
    internal override bool TryRecall() => Holder?.TryGiveBack() == true;

    /// <inheritdoc/>
    public override async ValueTask<bool> ResetAsync(CancellationToken cancel = default)
    {
        // What a reset keeps is known from the fingerprint alone.
        if (Fingerprint == Fingerprint.None)
        {
            return false;
        }

        // A receive under way cannot be taken back: it ends with the stream.
        using var abort = cancel.UnsafeRegister(static c => ((BackendConnection)c!).Abort(), this);
        var settings = Settings;
        return await ResetAsync(settings.Database, settings.MultiStatements, _fingerprints.Catalogue);
    }

    /// <summary>
    /// As <see cref="ResetAsync(CancellationToken)"/>, where the database and the option, which a reset keeps, are known otherwise. Without a catalogue
    /// nobody knows what the connection carries then.
    /// </summary>
    public async ValueTask<bool> ResetAsync(string? database, bool multiStatements, VariableCatalogue? catalogue)
    {
        var commands = new ArrayBufferWriter<byte>();
        CommandPackets.ResetConnection(commands);
        CommandPackets.Query(commands, BaselineStatement.For(_identity.Flavour, catalogue));
        CommandPackets.Query(commands, catalogue?.SnapshotStatement ?? ClearWarnings);
        CommandPackets.Query(commands, ClearWarnings);
        List<ReplyShape> shapes = [ReplyShape.Acknowledgement, ReplyShape.Results, ReplyShape.Results, ReplyShape.Results];
        if (database is not null)
        {
            // A reset keeps the database and forgets its character set.
            CommandPackets.InitDb(commands, database);
            shapes.Add(ReplyShape.Acknowledgement);
        }

        WasReset = true;
        var reading = _fingerprints.BeginBaseline();
        var results = await RunAsync(commands.WrittenMemory, shapes);
        if (Array.Find(results, static r => !r.Succeeded) is { } failed)
        {
            ResetRefusal = failed.ErrorText;
            return false;
        }

        HasDiagnostics = false;
        KnownInsertId = 0;
        UserVariables.Clear();
        Prepared?.Clear();
        if (catalogue is null)
        {
            return true;
        }

        if (ReadSnapshot(catalogue, results[2]) is not { } values)
        {
            return false;
        }

        // Read, and not assumed: a global may have been changed a moment ago.
        ResetTo = _fingerprints.NoteBaseline(catalogue, values, reading);
        Repainted(new SessionSettings(ResetTo, database, multiStatements));
        return Fingerprint != Fingerprint.None;
    }

    /// <summary>Reads what the connection carries, as the server says it; null if the server did not say.</summary>
    internal async ValueTask<SessionSettings?> ReadSettingsAsync() => Fingerprint == Fingerprint.None
        ? null
        : (await ReadSettingsAsync(Settings.Baseline.Catalogue.SnapshotStatement)).Settings;

    /// <summary>As the other, by a form of the catalogue's statement; with the number of warnings that it left.</summary>
    internal async ValueTask<(SessionSettings? Settings, int Warnings)> ReadSettingsAsync(string statement)
    {
        var commands = new ArrayBufferWriter<byte>();
        CommandPackets.Query(commands, statement);
        CommandPackets.Query(commands, ClearWarnings);
        var result = (await RunAsync(commands.WrittenMemory, ReplyShape.Results, ReplyShape.Results))[0];
        var settings = ReadSnapshot(Settings.Baseline.Catalogue, result) is { } values ? Settings.WithValues(values) : null;
        return (settings, result.Warnings);
    }

    /// <summary>Has a server of this kind forget the warnings that are there: MariaDB does so only at a statement with a table.</summary>
    internal ValueTask<QueryResult> ClearWarningsAsync(ServerFlavour flavour) =>
        QueryAsync(flavour == ServerFlavour.MariaDb ? "DO (SELECT 1 FROM (SELECT 1) t)" : ClearWarnings, CancellationToken.None);

    private string[]? ReadSnapshot(VariableCatalogue catalogue, QueryResult result) =>
        TypedRow.Read(result.Packets.Span, Capabilities) is { Columns: [_, var text], Values: [{ } values, _] }
            ? catalogue.Parse(Encoding.UTF8.GetString(values), text.CollationId)
            : null;

    /// <inheritdoc/>
    public override async ValueTask<QueryResult> QueryAsync(string sql, CancellationToken cancel)
    {
        var command = new ArrayBufferWriter<byte>();
        CommandPackets.Query(command, sql);
        using var abort = cancel.Register(static c => ((BackendConnection)c!).Abort(), this);
        return (await RunAsync(command.WrittenMemory, ReplyShape.Results))[0];
    }

    /// <summary>Asks for a sign of life, which brings <see cref="Status"/> up to date; false if there was none.</summary>
    public async ValueTask<bool> PingAsync()
    {
        var command = new ArrayBufferWriter<byte>();
        CommandPackets.Ping(command);
        return (await RunAsync(command.WrittenMemory, ReplyShape.Acknowledgement))[0].Succeeded;
    }

    /// <summary>Runs commands of the pool's own, sent in one write, and answers how each went. Nothing stops at an error.</summary>
    public async ValueTask<QueryResult[]> RunAsync(ReadOnlyMemory<byte> commands, params IReadOnlyList<ReplyShape> shapes)
    {
        Volatile.Write(ref _ownSince, _time.GetTimestamp());
        var sent = await _transport.SendAsync(commands);
        return await ReadRepliesAsync(sent, shapes);
    }

    /// <summary>Reads the replies to commands of the pool's own that were sent. What came after them stays in the window.</summary>
    internal async ValueTask<QueryResult[]> ReadRepliesAsync(bool sent, IReadOnlyList<ReplyShape> shapes)
    {
        Volatile.Write(ref _ownSince, _time.GetTimestamp());
        var results = new QueryResult[shapes.Count];
        for (var i = 0; i < shapes.Count; i++)
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
        Forget();
        var closedByServer = !_aborted && !_transport.HasFailed;
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

    /// <summary>Lets go of what is held for the connection, which its owner uses no more.</summary>
    internal void Forget()
    {
        Prepared?.Clear();
        Carry(Fingerprint.None);
    }

    private void Carry(Fingerprint held)
    {
        _fingerprints.LetGo(Fingerprint);
        Fingerprint = held;
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
                    return Conclude(reply.WrittenMemory);
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

    private QueryResult Conclude(ReadOnlyMemory<byte> reply)
    {
        if (Replies.Summary.ErrorCode != 0)
        {
            var (code, text) = TextRows.ReadError(reply.Span);
            return new QueryResult(code, text, [], reply);
        }

        // The answer to a PREPARE has no flags.
        if (Replies.Summary.HasStatus)
        {
            Status = Replies.Summary.Status;
        }

        var rows = Replies.Summary.IsResultSet ? TextRows.Read(reply.Span, Capabilities) : [];
        return new QueryResult(0, null, rows, reply) { Warnings = Replies.Summary.Warnings };
    }
}
