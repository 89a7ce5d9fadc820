using Microsoft.Extensions.Logging;
using Pool.Actors.Backends;
using Pool.Actors.Errors;
using Pool.Actors.Pooling;
using Pool.Actors.Relay;
using Pool.Actors.Runtime;
using Pool.Actors.Settings;
using Pool.Wire.Handshake;
using Pool.Wire.Replies;
using Pool.Wire.Statements;

namespace Pool.Actors.Sessions;

/// <summary>
/// One client connection from its login to its end: the actor that owns its settings, its place in line and its lease. Its flow
/// of control is <see cref="ServeAsync"/>, one command at a time; everybody else reaches it through <see cref="KillAsync(KillScope)"/>,
/// <see cref="CheckLease"/>, <see cref="CheckIdle"/> and <see cref="Drain"/>, which may be called from any thread.
/// </summary>
public sealed class Session : ILeaseHolder
{
    private const byte MaxLogLines = 20;
    private readonly Transport _client;
    private Lease? _lease;
    private Waiter? _waiter;
    private TaskCompletionSource? _settled;
    private long _lastActive;
    private long _clientBlocked;
    private int _state;
    private int _killed;
    private int _consumeAfterSend;
    private byte _logLines;

    /// <summary>A session whose client has logged in and got its OK.</summary>
    public Session(
        SessionServices services, SessionId id, ListenerContext listener, SessionOrigin origin, Transport client, Capabilities capabilities, Fingerprint needed)
    {
        Services = services;
        Id = id;
        Listener = listener;
        Origin = origin;
        Capabilities = capabilities;
        Needed = needed;
        LoginCollationId = Settings.CollationId;
        IdleStatus = FirstStatus;
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
    internal bool IsIdle => Volatile.Read(ref _state) == (int)SessionState.Idle;

    /// <summary>True while a statement runs or waits in line.</summary>
    public bool IsBusy => Volatile.Read(ref _state) == (int)SessionState.Busy;

    /// <summary>True if it holds a connection.</summary>
    public bool HoldsLease => Volatile.Read(ref _lease) is not null;

    /// <summary>When it last began or ended a command, as a timestamp of the services' clock.</summary>
    public long LastActiveAt => Volatile.Read(ref _lastActive);

    /// <summary>The kind of statement that runs, or ran last on the connection that is held; null if none is held.</summary>
    public string? StatementKind => Volatile.Read(ref _lease)?.Facts.Kind.ToString();

    /// <summary>The current database, or null.</summary>
    public string? Database => Settings.Database;

    internal SessionServices Services { get; }

    internal ListenerContext Listener { get; }

    internal Transport Client => _client;

    internal Capabilities Capabilities { get; }

    /// <summary>What its next statement needs a connection to carry.</summary>
    internal Fingerprint Needed { get; set; }

    internal SessionSettings Settings => Origin.Backend.Fingerprints.SettingsOf(Needed);

    internal ushort LoginCollationId { get; private set; }

    internal Inbox Inbox = new();

    internal SessionRecord Record;

    /// <summary>The binary prepared statements that are open on the leased connection; made when first needed.</summary>
    internal HashSet<uint>? Statements { get; set; }

    /// <summary>The connection that it used last: preferred among equals, and never relied on.</summary>
    internal BackendConnection? Last { get; set; }

    /// <summary>What goes to the connection for the command in hand.</summary>
    internal ReadOnlyMemory<byte> Outgoing { get; private set; }

    internal Lease? Lease => _lease;

    /// <summary>The client is in the middle of a command that streams, so that it cannot be told anything yet.</summary>
    internal bool IsStreaming { get; set; }

    internal bool IsKilled => Volatile.Read(ref _killed) != 0;

    /// <summary>Takes note that the client has had its time to read or send; false if that is known.</summary>
    internal bool TryStopWaiting() => Interlocked.Exchange(ref _clientBlocked, 0) != 0;

    /// <summary>Since when the client has neither read its reply nor sent the rest of its command; 0 if it does.</summary>
    internal long ClientBlockedSince => Volatile.Read(ref _clientBlocked);

    /// <summary>The status flags of a session that has not run anything.</summary>
    internal ServerStatus FirstStatus => Origin.Backend.Facts!.FirstStatus;

    /// <summary>The status flags to tell when no connection is held.</summary>
    internal ServerStatus IdleStatus { get; set; }

    /// <summary>The waiter for the line; made when first needed.</summary>
    internal Waiter Waiter
    {
        get
        {
            if (_waiter is null)
            {
                Volatile.Write(ref _waiter, new Waiter(Origin.User));
            }

            return _waiter;
        }
    }

    /// <summary>Serves the client until it leaves or is made to. Never throws.</summary>
    public async Task ServeAsync()
    {
        try
        {
            var step = Step.Next;
            while (step != Step.Close && !IsKilled)
            {
                if (!Inbox.HasCommand)
                {
                    Volatile.Write(ref _state, (int)SessionState.Idle);
                    step = await WakeAsync(await _client.ReceiveAsync(Inbox.Free));
                    continue;
                }

                step = CommandStart.Begin(this);
                if (step == Step.Wait)
                {
                    step = CommandStart.Resume(this, await LeaseSetup.WaitAsync(this));
                }

                if (step == Step.Prepare)
                {
                    step = await CommandPreparation.PrepareAsync(this);
                }

                if (step == Step.Send)
                {
                    step = Sent(await _lease!.Connection.SendAsync(Outgoing));
                }

                while (step == Step.Reply)
                {
                    step = _lease!.Take(await _lease.Connection.ReceiveAsync());
                    if (!await SendReadyAsync() && step != Step.Finish)
                    {
                        step = Step.ClientLeft;
                    }
                    else if (step == Step.ClientData)
                    {
                        step = await LocalInfile.RelayAsync(this);
                    }
                }

                if (step == Step.Finish)
                {
                    step = CommandEnd.Finish(this);
                }

                if (step is not (Step.Next or Step.Close))
                {
                    step = await CommandEnd.SettleAsync(this, step);
                }
            }
        }
        catch (Exception e)
        {
            // Nobody knows where the connection is in its exchange.
            SessionLog.Failed(Services.Logger, Id.Value, e);
            _lease?.End();
            this.Discard("fault");
        }
        finally
        {
            await EndAsync();
        }
    }

    /// <summary>
    /// Ends the session, or the statement that it runs, as KILL does. Completes when no statement of it can be hit any more by
    /// what was done.
    /// </summary>
    public Task KillAsync(KillScope scope) => KillAsync(scope, startedAt: null);

    /// <summary>As <see cref="KillAsync(KillScope)"/>, but only if the statement is the one that started then.</summary>
    internal async Task KillAsync(KillScope scope, long? startedAt)
    {
        if (scope == KillScope.Connection)
        {
            // A full fence before the lease is looked at: either it is seen here, or its session sees the flag.
            Interlocked.Exchange(ref _killed, 1);
            _client.Abort();
        }

        Volatile.Read(ref _waiter)?.Cancel();
        if (Volatile.Read(ref _lease) is { } lease && lease.Connection.Kills.TryEnter(Id.Value))
        {
            try
            {
                if ((startedAt is null || startedAt == lease.StartedAt) && !await Origin.Backend.KillQueryAsync(lease.Connection.ThreadId))
                {
                    // It may still arrive, and must not hit what would run there next.
                    lease.Connection.Doom();
                }
            }
            finally
            {
                lease.Connection.Kills.Leave();
            }
        }
    }

    /// <summary>Ends the session with an error if it is between commands and outside a transaction; false if it must be asked again later.</summary>
    public bool Drain(PoolError error) => (Pins & PinReasons.Transaction) == 0 && TryEndIdle(error);

    /// <summary>Ends the session if its client has said nothing for too long.</summary>
    public void CheckIdle(long now) => SessionWatch.CheckIdle(this, now);

    /// <inheritdoc/>
    public void CheckLease(BackendConnection connection, long now) => SessionWatch.CheckLease(this, connection.Lease, now);

    /// <summary>
    /// Has something done for the session while its client is silent; a command that comes meanwhile waits until it is done. Does
    /// nothing if the session is not idle.
    /// </summary>
    internal void WhileIdle(Func<Session, Task> work)
    {
        var settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _settled, settled);
        if (Interlocked.CompareExchange(ref _state, (int)SessionState.Settling, (int)SessionState.Idle) == (int)SessionState.Idle)
        {
            _ = SettleAsync(work, settled);
        }
    }

    /// <summary>Ends the session with an error if it is idle; false if it is not.</summary>
    internal bool TryEndIdle(PoolError error, params object?[] arguments)
    {
        if (Interlocked.CompareExchange(ref _state, (int)SessionState.Ended, (int)SessionState.Idle) != (int)SessionState.Idle)
        {
            return false;
        }

        SessionLog.Ended(Services.Logger, Id.Value, Origin.User, error);
        Services.Metrics.Errors[error.ToString()].Increment();

        // Nobody else sends to an idle session's client. What the kernel does not take at once is not worth waiting for.
        _ = _client.SendAsync(LocalReply.Error(0, error, arguments)).AsTask();
        _client.Close();
        return true;
    }

    /// <summary>Replaces the lease, and answers the one before.</summary>
    internal Lease? ExchangeLease(Lease? lease) => Interlocked.Exchange(ref _lease, lease);

    /// <summary>Another user has taken the session over (COM_CHANGE_USER); it holds no connection.</summary>
    internal void Move(SessionOrigin origin, Fingerprint needed)
    {
        if (origin.Backend != Origin.Backend)
        {
            Last = null;
        }

        Origin = origin;
        Needed = needed;
        LoginCollationId = Settings.CollationId;
        Volatile.Write(ref _waiter, null);
    }

    private ValueTask<Step> WakeAsync(int received) =>
        TryBecomeBusy() == SessionState.Idle ? ValueTask.FromResult(Take(received)) : WakeSlowlyAsync(received);

    private async ValueTask<Step> WakeSlowlyAsync(int received)
    {
        SessionState state;
        while ((state = TryBecomeBusy()) != SessionState.Idle)
        {
            if (state == SessionState.Ended)
            {
                return Step.Close;
            }

            await (Volatile.Read(ref _settled)?.Task ?? Task.CompletedTask);
        }

        return Take(received);
    }

    // The state before; it is Busy now if that was Idle.
    private SessionState TryBecomeBusy() =>
        (SessionState)Interlocked.CompareExchange(ref _state, (int)SessionState.Busy, (int)SessionState.Idle);

    private Step Take(int received)
    {
        if (received == 0)
        {
            return Step.Close;
        }

        Inbox.Received(received);
        Services.Metrics.BytesFromClients.Add(received);
        return Step.Next;
    }

    private Step Sent(bool sent)
    {
        ConsumeSent();
        return !sent ? Step.Lost
            : ReplyShapes.Of(_lease!.Command) == ReplyShape.None ? Step.Finish
            : Step.Reply;
    }

    private ValueTask<bool> SendReadyAsync()
    {
        var window = _lease!.Connection.Replies.Window;
        var ready = window.Ready;
        if (ready.IsEmpty)
        {
            return ValueTask.FromResult(true);
        }

        Services.Metrics.BytesToClients.Add(ready.Length);
        window.Sent();
        return SendAsync(ready);
    }

    private async Task SettleAsync(Func<Session, Task> work, TaskCompletionSource settled)
    {
        try
        {
            await work(this);
        }
        catch (Exception e)
        {
            SessionLog.Failed(Services.Logger, Id.Value, e);
            this.Discard("fault");
        }

        Volatile.Write(ref _state, (int)SessionState.Idle);
        settled.SetResult();
        Interlocked.CompareExchange(ref _settled, null, settled);
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

    private async ValueTask EndAsync()
    {
        Volatile.Write(ref _state, (int)SessionState.Ended);
        if (_lease is { } lease)
        {
            lease.End();
            await lease.Connection.Kills.WhenQuietAsync();
            this.ReleaseAsLeft();
        }

        Services.Admission.Leave(this);
        Services.Metrics.Ended.Increment();
        Inbox.Rest();
        _client.Close();
    }
}
