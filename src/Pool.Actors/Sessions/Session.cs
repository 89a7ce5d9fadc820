using Pool.Actors.Backends;
using Pool.Actors.Errors;
using Pool.Actors.Pooling;
using Pool.Actors.Prepared;
using Pool.Actors.Relay;
using Pool.Actors.Runtime;
using Pool.Actors.Sessions.UserVariables;
using Pool.Actors.Settings;
using Pool.Wire.Auth;
using Pool.Wire.Handshake;
using Pool.Wire.Replies;
using Pool.Wire.Statements;

namespace Pool.Actors.Sessions;

/// <summary>
/// One client connection from its login to its end: the actor that owns its settings, its place in line and its lease. Its flow
/// of control is <see cref="SessionFlow"/>, one command at a time; everybody else reaches it through <see cref="KillAsync(KillScope)"/>,
/// <see cref="CheckLease"/>, <see cref="CheckIdle"/> and <see cref="Drain"/>, which may be called from any thread.
/// </summary>
public sealed class Session : ILeaseHolder
{
    private const byte MaxLogLines = 20;
    private readonly Transport _client;
    private Lease? _lease;
    private Waiter? _waiter;
    private SessionTurn _turn;
    private long _lastActive;
    private long _clientBlocked;
    private int _killed;
    private int _consumeAfterSend;
    private byte _logLines;

    /// <summary>A session whose client has logged in and got its OK.</summary>
    public Session(
        SessionServices services, SessionId id, ListenerContext listener, SessionOrigin origin, Transport client, Capabilities capabilities, Fingerprint wanted)
    {
        Services = services;
        Id = id;
        Listener = listener;
        Origin = origin;
        Capabilities = capabilities;
        Wanted = wanted;
        Needed = Carried.Painted;
        LoginCollation = Settings.Find("collation_connection");
        _client = client;
        _lastActive = services.Time.GetTimestamp();
    }

    /// <summary>Its id, which the client knows as its connection id.</summary>
    public SessionId Id { get; }

    /// <summary>Who its client is and where its statements go.</summary>
    public SessionOrigin Origin { get; private set; }

    /// <summary>The client's address.</summary>
    public string Peer => _client.Peer;

    /// <summary>What keeps its connection, if anything.</summary>
    public PinReasons Pins { get; internal set; }

    /// <summary>True while it waits for its client.</summary>
    internal bool IsIdle => _turn.State == SessionState.Idle;

    /// <summary>True while a statement runs or waits in line.</summary>
    public bool IsBusy => _turn.State == SessionState.Busy;

    /// <summary>True if it holds a connection.</summary>
    public bool HoldsLease => Volatile.Read(ref _lease) is not null;

    /// <summary>
    /// The server's id of the thread of the connection that it holds, and since when the command that runs there does, as a timestamp of the
    /// services' clock, 0 between commands; null if it holds none.
    /// </summary>
    public (ulong ThreadId, long RunsSince)? Holding =>
        Volatile.Read(ref _lease) is { } lease ? (lease.Connection.ThreadId, lease.StartedAt) : null;

    /// <summary>When it last began or ended a command, as a timestamp of the services' clock.</summary>
    public long LastActiveAt => Volatile.Read(ref _lastActive);

    /// <summary>The kind of statement that runs, or ran last on the connection that is held; null if none is held.</summary>
    public string? StatementKind => Volatile.Read(ref _lease)?.Facts.Kind.ToString();

    /// <summary>The current database, or null.</summary>
    public string? Database => Wanted is var wanted && wanted != Fingerprint.None ? Origin.Backend.Fingerprints[wanted].Settings.Database : null;

    internal SessionServices Services { get; }

    internal ListenerContext Listener { get; }

    internal Transport Client => _client;

    internal Capabilities Capabilities { get; }

    /// <summary>What it has set, its own variables included; held by it.</summary>
    internal Fingerprint Wanted { get; private set; }

    /// <summary>What its next statement needs a connection to carry.</summary>
    public Fingerprint Needed { get; private set; }

    /// <summary>What <see cref="Wanted"/> stands for.</summary>
    internal FingerprintEntry Carried => Origin.Backend.Fingerprints[Wanted];

    internal SessionSettings Settings => Carried.Settings;

    /// <summary>See <see cref="FingerprintEntry.IdleLimit"/>. For any thread: while the settings change it may be another's, but then the session is busy.</summary>
    internal TimeSpan IdleLimit =>
        Wanted is var wanted && wanted != Fingerprint.None ? Origin.Backend.Fingerprints[wanted]?.IdleLimit ?? TimeSpan.Zero : TimeSpan.Zero;

    /// <summary>The collation of the login, which some servers' resets go back to.</summary>
    internal string? LoginCollation { get; private set; }

    /// <summary>What its client was greeted with, which COM_CHANGE_USER uses again.</summary>
    internal Salt LoginSalt { get; init; }

    /// <summary>What goes to the client is copied here, to be remembered; null usually.</summary>
    internal AnswerCapture? Capture { get; set; }

    /// <summary>A connection was lost with what only it knew of the session; its client is told at its next command.</summary>
    internal bool IsStateLost { get; set; }

    /// <summary>Warnings and errors of the last statement, taken from a connection that was given back; null: none, or the connection has them.</summary>
    internal Diagnostics? Diagnostics { get; set; }

    internal Inbox Inbox = new();
    internal SessionRecord Record;

    /// <summary>
    /// The binary prepared statements that are open on the leased connection where none are shared, and what an execute is to know of each;
    /// made when first needed.
    /// </summary>
    internal Dictionary<uint, StatementFacts>? Statements { get; set; }

    /// <summary>Its user variables; made when first needed.</summary>
    internal FollowedVariables? Variables { get; set; }

    /// <summary>What it has made by name on its connection; made when first needed.</summary>
    internal PinnedObjects? Objects { get; set; }

    /// <summary>The latest statement that might pin it, without its literals.</summary>
    internal string? Suspect { get; set; }

    /// <summary>The statement with which its pin began, without its literals; null if it is not pinned, or no statement explains the pin.</summary>
    public string? PinnedBy { get; internal set; }

    /// <summary>When its pin began, as a timestamp of the services' clock; 0 if it is not pinned.</summary>
    public long PinnedSince { get; internal set; }

    /// <summary>True if something of it lives only on the connection that it holds.</summary>
    internal bool HasStateThere => (Pins & ~PinReasons.Soft) != 0 || Variables is { Unread.Count: > 0 };

    /// <summary>True if the end of the connection that it holds takes something of it along, an insert id that was not read yet included.</summary>
    internal bool LosesStateThere => HasStateThere || _lease is { InsertIdUnread: true };

    /// <summary>Its binary prepared statements where connections are shared; made when first needed.</summary>
    internal SessionStatements? Prepared { get; set; }

    /// <summary>The connection that it used last: preferred among equals, and never relied on.</summary>
    internal BackendConnection? Last { get; set; }

    /// <summary>What goes to the connection for the command in hand.</summary>
    internal ReadOnlyMemory<byte> Outgoing { get; private set; }

    internal Lease? Lease => Volatile.Read(ref _lease);

    /// <summary>Whose turn it is to act on it.</summary>
    internal ref SessionTurn Turn => ref _turn;

    /// <summary>The client is in the middle of a command that streams, so that it cannot be told anything yet.</summary>
    internal bool IsStreaming { get; set; }

    internal bool IsKilled => Volatile.Read(ref _killed) != 0;

    /// <summary>Takes note that the client has had its time to read or send; false if that is known.</summary>
    internal bool TryStopWaiting() => Interlocked.Exchange(ref _clientBlocked, 0) != 0;

    /// <summary>Since when the client has neither read its reply nor sent the rest of its command; 0 if it does.</summary>
    internal long ClientBlockedSince => Volatile.Read(ref _clientBlocked);

    /// <summary>The status flags to tell when no connection is held.</summary>
    internal ServerStatus IdleStatus => Carried.Status
        | (Carried.AnsiQuotes && Origin.Backend.Facts!.Flavour == ServerFlavour.MariaDb ? ServerStatus.AnsiQuotes : ServerStatus.None);

    /// <summary>The waiter for the line; made when first needed.</summary>
    internal Waiter Waiter
    {
        get
        {
            if (_waiter is null)
            {
                Volatile.Write(ref _waiter, new Waiter(Origin.User, Origin.Quota));
            }

            return _waiter;
        }
    }

    /// <summary>Serves the client until it leaves or is made to. Never throws.</summary>
    public Task ServeAsync() => SessionFlow.ServeAsync(this);

    /// <summary>
    /// Ends the session, or the statement that it runs, as KILL does. Completes when no statement of it can be hit any more by
    /// what was done.
    /// </summary>
    public Task KillAsync(KillScope scope) => this.KillAsync(scope, startedAt: null);

    /// <summary>Ends the session with an error if it is between commands and outside a transaction; false if it must be asked again later.</summary>
    public bool Drain(PoolError error) => (Pins & PinReasons.Transaction) == 0 && this.TryEndIdle(error);

    /// <summary>Ends the session if its client has said nothing for too long.</summary>
    public void CheckIdle(long now) => SessionWatch.CheckIdle(this, now);

    /// <inheritdoc/>
    public void CheckLease(BackendConnection connection, long now) => SessionWatch.CheckLease(this, connection.Lease, now);

    /// <inheritdoc/>
    public bool TryGiveBack() => SessionWatch.TryGiveBack(this);

    /// <summary>Its client is not served any more.</summary>
    internal void SetKilled() => Interlocked.Exchange(ref _killed, 1);

    /// <summary>If it waits in line, it does so no longer.</summary>
    internal void CancelWait() => Volatile.Read(ref _waiter)?.Cancel();

    /// <summary>Replaces the lease, and answers the one before.</summary>
    internal Lease? ExchangeLease(Lease? lease) => Interlocked.Exchange(ref _lease, lease);

    /// <summary>Another user has taken the session over (COM_CHANGE_USER); it holds no connection.</summary>
    internal void Move(SessionOrigin origin, Fingerprint wanted)
    {
        if (origin.Backend != Origin.Backend)
        {
            Last = null;
        }

        Want(Fingerprint.None);
        Origin = origin;
        Want(wanted);
        LoginCollation = Settings.Find("collation_connection");
        Volatile.Write(ref _waiter, null);
    }

    /// <summary>Wants other settings from now on. The fingerprint, held by the caller, is the session's then.</summary>
    internal void Want(Fingerprint wanted)
    {
        var fingerprints = Origin.Backend.Fingerprints;
        fingerprints.LetGo(Wanted);
        Wanted = wanted;
        Needed = wanted == Fingerprint.None ? wanted : Carried.Painted;
    }

    /// <summary>Sends bytes to the client; false when it is gone. While it does not read, the watch can see that.</summary>
    internal ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes)
    {
        var send = _client.SendAsync(bytes);
        return send.IsCompleted ? send : WhileBlocked(send);
    }

    /// <summary>Waits for a client that keeps a command waiting, where the watch can see it.</summary>
    internal async ValueTask<T> WhileBlocked<T>(ValueTask<T> client)
    {
        Volatile.Write(ref _clientBlocked, Services.Time.GetTimestamp());
        var result = await client;
        Volatile.Write(ref _clientBlocked, 0);
        return result;
    }

    /// <summary>What was to be sent has been sent, and the command that it stands for is done with.</summary>
    internal void ConsumeSent() => Inbox.Consume(_consumeAfterSend);

    /// <summary>Takes note of what is to be sent, and how much of the inbox it stands for.</summary>
    internal void Send(ReadOnlyMemory<byte> outgoing, int consumes)
    {
        Outgoing = outgoing;
        _consumeAfterSend = consumes;
    }

    /// <summary>True for the first few lines that are logged of the session.</summary>
    internal bool TryCountLogLine() => _logLines < MaxLogLines && ++_logLines > 0;

    /// <summary>Takes note that something was done just now.</summary>
    internal long Touch()
    {
        var now = Services.Time.GetTimestamp();
        Volatile.Write(ref _lastActive, now);
        return now;
    }
}
