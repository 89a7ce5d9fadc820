using Pool.Actors.Backends;
using Pool.Actors.Prepared;
using Pool.Actors.Sessions;
using Pool.Wire.Commands;
using Pool.Wire.Handshake;
using Pool.Wire.Replies;
using Pool.Wire.Statements;

namespace Pool.Actors.Relay;

/// <summary>
/// A session's exclusive use of a connection, and the command that runs on it. One object per connection, used for all its
/// leases. Belongs to the session's flow of control; the timestamps are also read by the janitor.
/// </summary>
internal sealed class Lease(BackendConnection connection)
{
    private long _started;
    private int _overdue;
    private Backend? _backend;

    /// <summary>The connection.</summary>
    public BackendConnection Connection { get; } = connection;

    /// <summary>The command in hand.</summary>
    public CommandCode Command { get; private set; }

    /// <summary>What its statement is; empty for commands without one, or whose text is still coming.</summary>
    public StatementFacts Facts { get; set; }

    /// <summary>The command in hand asks for a cursor, and runs nothing that opens none.</summary>
    public bool OpensCursor { get; private set; }

    /// <summary>LAST_INSERT_ID() of the session is what this connection says.</summary>
    public bool HasInsertId { get; set; }

    /// <summary>LAST_INSERT_ID() may have changed here, and the session does not know the value yet.</summary>
    public bool InsertIdUnread { get; set; }

    /// <summary>LAST_INSERT_ID() here is, or may be, one that the next session must not find.</summary>
    public bool HasInsertIdToTake => InsertIdUnread || Connection.KnownInsertId != 0;

    /// <summary>FOUND_ROWS() is more than the rows that came, and the session does not know the value yet.</summary>
    public bool FoundRowsUnread { get; set; }

    /// <summary>The session's last statement ran here: its row count and warnings are what this connection says.</summary>
    public bool HasLastResult
    {
        get;
        set
        {
            field = value;
            HasFoundRows &= value;
        }
    }

    /// <summary>FOUND_ROWS() of the session is what this connection says. Many statements leave there what another session's left.</summary>
    public bool HasFoundRows { get; set; }

    /// <summary>The session's last statement was prepared here with warnings, and the session does not know yet of what.</summary>
    public bool PrepareWarned { get; set; }

    /// <summary>What the connection carries is not known: a statement may have changed variables, and they could not be read since.</summary>
    public bool SettingsUnread { get; set; }

    /// <summary>The last command failed and may have begun or ended a transaction, which an ERR packet does not tell.</summary>
    public bool TransactionUnread { get; set; }

    /// <summary>The connection may keep tables from being altered although no transaction is open, see <see cref="KeptTables"/>.</summary>
    public bool KeepsTables { get; set; }

    /// <summary>The commands that bring the connection to what the command in hand needs, to be sent in the same write; usually null.</summary>
    public Repaint? Pending { get; set; }

    /// <summary>The prepared statement that the command in hand is about; null for none.</summary>
    public SessionStatement? Statement { get; set; }

    /// <summary><see cref="Statement"/> as the connection knows it.</summary>
    public ConnectionStatement? Here { get; set; }

    /// <summary>The statement that the command in hand prepares; null for none.</summary>
    public Preparation? Preparing { get; set; }

    /// <summary>
    /// The command in hand with the settings that the connection does not carry in hints, or null. Afterwards the connection still does
    /// not carry them: it is given back at once, or repainted before the session's next command.
    /// </summary>
    public ReadOnlyMemory<byte>? Hinted { get; set; }

    /// <summary>The command in hand, or the last one, has settings in hints.</summary>
    public bool IsHinted => Hinted.HasValue;

    /// <summary>How many commands on the connection, whosever they were, had settings in hints since the last one without.</summary>
    public int HintedInARow { get; private set; }

    /// <summary>When the command in hand was sent; 0 between commands.</summary>
    public long StartedAt => Volatile.Read(ref _started);

    /// <summary>A session takes the connection.</summary>
    public void Start(Session session)
    {
        HasInsertId = session.Record.LastInsertId == Connection.KnownInsertId;
        InsertIdUnread = false;
        FoundRowsUnread = false;
        HasLastResult = false;
        PrepareWarned = false;
        SettingsUnread = false;
        KeepsTables = false;
        Pending = null;
        Hinted = null;
        Connection.Holder = session;
    }

    /// <summary>Of what a statement with these traits asks about the last one: what this connection does not tell, or tells of another session.</summary>
    public StatementTraits Missing(StatementTraits asked)
    {
        const StatementTraits Last = StatementTraits.ReadsRowCount | StatementTraits.ReadsDiagnostics;
        return asked & ((HasLastResult ? StatementTraits.None : Last) | (HasFoundRows ? StatementTraits.None : StatementTraits.ReadsFoundRows));
    }

    /// <summary>A command is about to be sent; its last packet has the sequence number before <paramref name="replySequence"/>.</summary>
    public void Begin(Session session, CommandCode command, StatementFacts facts, Capabilities client, long now, byte replySequence = 1)
    {
        Command = command;
        Facts = facts;
        _backend = session.Origin.Backend;
        Statement = null;
        Here = null;
        Preparing = null;
        OpensCursor = command == CommandCode.StmtExecute && ExecutePacket.AsksForCursor(session.Inbox.Payload) && !facts.Results.IsProgram;
        Connection.Kills.Begin(session.Id.Value);
        HintedInARow = IsHinted ? HintedInARow + 1 : 0;

        // With a hint the server reports the variable as it is again afterwards, which is not the session's value.
        var told = IsHinted ? client & ~Capabilities.SessionTrack : client;
        Connection.Replies.Begin(ReplyShapes.Of(command), Connection.Capabilities, told, Connection.Status, replySequence, Ahead(session));
        Volatile.Write(ref _overdue, 0);
        Volatile.Write(ref _started, now);
    }

    /// <summary>The reply to the command in hand is what comes next.</summary>
    public void Expect(Session session) =>
        Connection.Replies.Begin(
            ReplyShapes.Of(Command), Connection.Capabilities, session.Capabilities, Connection.Status, ahead: Ahead(session));

    /// <summary>The command in hand has been sent to its end: now its facts are known, and where its reply's sequence numbers start.</summary>
    public void Expect(Session session, byte replySequence) => Connection.Replies.Expect(replySequence, Ahead(session));

    /// <summary>Takes note that the command in hand has had its time; false if that is known.</summary>
    public bool TryNoteOverdue() => Interlocked.Exchange(ref _overdue, 1) == 0;

    /// <summary>Takes what was received and says how the reply stands. 0 bytes: the connection is lost.</summary>
    public Step Take(int received)
    {
        if ((Facts.Traits & (StatementTraits.DefinesObjects | StatementTraits.SetsGlobals)) != 0)
        {
            NoteForAll();
        }

        if (received == 0)
        {
            return Step.Lost;
        }

        Connection.Replies.Window.Received(received);
        return Scan();
    }

    /// <summary>Says how the reply stands.</summary>
    public Step Scan() => Connection.Replies.Scan() switch
    {
        ReplyProgress.NeedMore => Step.Reply,
        ReplyProgress.ClientMustSend => Step.ClientData,
        ReplyProgress.Done => Step.Finish,
        _ => Step.Malformed,
    };

    /// <summary>The command is over, whatever became of it.</summary>
    public void End()
    {
        Volatile.Write(ref _started, 0);
        Connection.Kills.End();
    }

    // A prepare takes one statement only, as does a text where the session has not asked for more.
    // Before the client knows, and can have others use what it has defined, dropped or set.
    private void NoteForAll()
    {
        if ((Facts.Traits & StatementTraits.DefinesObjects) != 0)
        {
            _backend!.NoteDefinition();
        }

        if ((Facts.Traits & StatementTraits.SetsGlobals) != 0)
        {
            _backend!.NoteGlobals();
        }
    }

    private ResultsAhead Ahead(Session session) => Command switch
    {
        CommandCode.Query when session.Settings.MultiStatements => Facts.Results,
        CommandCode.Query or CommandCode.StmtExecute => Facts.Results.FirstOnly() with { OpensCursor = OpensCursor },
        _ => default,
    };
}
