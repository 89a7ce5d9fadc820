using System.Buffers;
using Pool.Actors.Backends;
using Pool.Actors.Errors;
using Pool.Actors.Relay;
using Pool.Actors.Sessions;
using Pool.Actors.Sessions.UserVariables;
using Pool.Actors.Settings;
using Pool.Wire.Commands;
using Pool.Wire.Framing;
using Pool.Wire.Replies;
using Pool.Wire.Statements;

namespace Pool.Actors.Prepared;

/// <summary>
/// The commands about prepared statements where connections are shared: the statements are the session's, and a connection has them
/// only while it needs them.
/// </summary>
internal static class StatementCommands
{
    private const int FetchBytes = 9;
    private const int CloseBytes = 5;

    /// <summary>True if the command is about prepared statements, and connections are shared.</summary>
    public static bool Serves(Session session, CommandCode command) => session.Origin.Backend.SharesSettings
        && command is CommandCode.StmtPrepare or CommandCode.StmtExecute or CommandCode.StmtBulkExecute or CommandCode.StmtClose
            or CommandCode.StmtReset or CommandCode.StmtFetch or CommandCode.StmtSendLongData;

    /// <summary>True if the server knows the id -1 for the statement that was prepared last.</summary>
    public static bool KnowsLast(Session session) => session.Origin.Backend.Facts!.Flavour == ServerFlavour.MariaDb;

    /// <summary>
    /// A statement was prepared for the session: the server forgets the warnings of the one before then; but MariaDB keeps them if what is
    /// prepared uses no table and has none itself.
    /// </summary>
    public static void EndDiagnostics(Session session, StatementFacts facts, int warnings)
    {
        var keeps = session.Origin.Backend.Facts!.Flavour == ServerFlavour.MariaDb && facts.UsesNoTable && warnings == 0;
        session.Diagnostics = keeps ? session.Diagnostics : null;
    }

    /// <summary>What the servers call a command in their errors.</summary>
    public static string NameOf(Session session, CommandCode command) => command switch
    {
        _ when session.Origin.Backend.Facts!.Flavour == ServerFlavour.MySql => "mysql_stmt_precheck",
        CommandCode.StmtFetch => "mysqld_stmt_fetch",
        CommandCode.StmtReset => "mysqld_stmt_reset",
        _ => "mysqld_stmt_execute",
    };

    /// <summary>Deals with the command at the front of the inbox: Send, Scan or Reply if a connection is to answer it, else Next or Close.</summary>
    public static async ValueTask<Step> ServeAsync(Session session, CommandCode command)
    {
        if (command == CommandCode.StmtPrepare)
        {
            return await PrepareAsync(session);
        }

        var needed = command switch
        {
            CommandCode.StmtExecute => ExecutePacket.MinBytes,
            CommandCode.StmtBulkExecute => ExecutePacket.MinBulkBytes,
            CommandCode.StmtFetch => FetchBytes,
            CommandCode.StmtSendLongData => ExecutePacket.MinLongDataBytes,
            _ => CloseBytes,
        };
        if (session.Inbox.Header.PayloadLength < needed)
        {
            return await LocalCommands.FailAsync(session, PoolError.MalformedPacket);
        }

        if (session.Inbox.IsLarge && !await LargeStatement.ReceiveHeadAsync(session, needed))
        {
            return Step.Close;
        }

        var id = ExecutePacket.StatementId(session.Inbox.Payload);
        if (session.Prepared is null || !session.Prepared.TryFind(id, KnowsLast(session), out var statement))
        {
            return await SkipUnknownAsync(session, command, id);
        }

        return command switch
        {
            CommandCode.StmtClose => await CloseAsync(session, statement),
            CommandCode.StmtReset => await ResetAsync(session, statement),
            CommandCode.StmtFetch => await FetchAsync(session, statement),
            CommandCode.StmtSendLongData => await SendLongDataAsync(session, statement),
            _ => session.Inbox.IsLarge
                ? await LargeStatement.RunAsync(session, command, statement)
                : await StatementExecution.RunAsync(session, command, statement),
        };
    }

    /// <summary>The command in hand, which is on its way to the leased connection, prepares a statement.</summary>
    public static Preparation Begin(Session session, Lease lease, byte[]? text, StatementFacts facts)
    {
        // Where nobody knows what the connection carries, nobody else could prepare the same.
        var isKnown = lease.Connection.Fingerprint != Fingerprint.None && !lease.SettingsUnread;
        var prepared = session.Prepared ??= new SessionStatements();
        var mode = CommandStart.Mode(session);
        var preparation = new Preparation(prepared.NextId(), isKnown ? text : null, session.Carried.ParseKeyFor(text, mode), mode) { Facts = facts };
        lease.Preparing = preparation;
        lease.Connection.Replies.StatementId = preparation.Id;
        return preparation;
    }

    /// <summary>The error for a session that has too many statements; None if it has not.</summary>
    public static bool IsFull(Session session) => session.Prepared is { } prepared && prepared.Count >= session.Services.Limits.MaxStatementsPerSession;

    private static async ValueTask<Step> PrepareAsync(Session session)
    {
        if (IsFull(session))
        {
            return await LocalCommands.FailAsync(session, PoolError.TooManyStatements, session.Services.Limits.MaxStatementsPerSession);
        }

        if (session.Inbox.IsLarge)
        {
            return await LargeCommand.StreamAsync(session, CommandCode.StmtPrepare);
        }

        var facts = StatementInspector.Inspect(session.Inbox.Payload[1..], CommandStart.Mode(session));
        if ((facts.Traits & StatementTraits.Kills) != 0)
        {
            return await LocalCommands.FailAsync(session, PoolError.NotServed, "KILL in a prepared statement");
        }

        if (session.Lease is null && RememberedPrepare.TryAnswer(session, facts) is { } answer)
        {
            return await LocalCommands.SendAsync(session, answer);
        }

        var preparing = OfPrepare(session, facts);
        if (await LeaseSetup.AcquireAsync(session, CommandCode.StmtPrepare, preparing) is { } refusal)
        {
            return await LocalCommands.RefuseAsync(session, refusal);
        }

        var lease = session.Lease!;
        var text = WithOwnId(session, facts);
        lease.Begin(session, CommandCode.StmtPrepare, preparing, session.Capabilities, session.Touch());
        Begin(session, lease, text, facts with { Traits = facts.Traits & ~StatementTraits.ReadsConnectionId });
        session.Send(Packets(session, lease.Connection, text, facts), session.Inbox.Header.PacketLength);
        return session.IsKilled ? Step.ClientLeft : Step.Send;
    }

    // Preparing asks for nothing, and changes nothing but the user variables that the statement is to assign: MySQL makes those that there
    // are not, MariaDB also gives the others the character set of what they will be. What else it does counts when it is executed.
    private static StatementFacts OfPrepare(Session session, StatementFacts facts)
    {
        var traits = (facts.Traits & StatementTraits.UserVariables) != 0
            ? UserVariableTravel.FollowPrepare(session, facts, session.Inbox.Payload[1..], CommandStart.Mode(session)).Traits
            : StatementTraits.None;
        return new StatementFacts(facts.Kind, traits & StatementTraits.FollowedUserVariables);
    }

    // CONNECTION_ID() is the session's: such a text is not shared with others, since it is another for each.
    private static byte[] WithOwnId(Session session, StatementFacts facts)
    {
        var text = session.Inbox.Payload[1..];
        if ((facts.Traits & StatementTraits.ReadsConnectionId) != 0)
        {
            var output = new ArrayBufferWriter<byte>(text.Length + 64);
            if (SessionFunctions.TryRewrite(text, CommandStart.Mode(session), new SessionValues(session.Id.Value), output))
            {
                return output.WrittenSpan.ToArray();
            }
        }

        return text.ToArray();
    }

    private static ReadOnlyMemory<byte> Packets(Session session, BackendConnection connection, byte[] text, StatementFacts facts)
    {
        var closes = connection.Prepared is { } prepared ? prepared.Closes : default;
        if (closes.IsEmpty && (facts.Traits & StatementTraits.ReadsConnectionId) == 0)
        {
            return session.Inbox.Command;
        }

        var output = new ArrayBufferWriter<byte>(closes.Length + text.Length + PacketHeader.Size + 1);
        output.Write(closes);
        connection.Prepared?.ClosesSent();
        CommandPackets.StmtPrepare(output, text);
        return output.WrittenMemory;
    }

    private static async ValueTask<Step> CloseAsync(Session session, SessionStatement statement)
    {
        session.Inbox.Consume(session.Inbox.Header.PacketLength);
        var livesHere = statement.Text is null || statement.HasLongData || statement.HasCursor;
        if (livesHere && session.Lease?.Connection.Prepared is { } here && here.TryFind(statement, out var found))
        {
            here.Close(found);
        }

        session.Prepared!.Remove(statement, session.Origin.Backend.Texts);
        if (livesHere)
        {
            await StatementEnd.UnpinAsync(session);
        }

        return Step.Next;
    }

    private static async ValueTask<Step> ResetAsync(Session session, SessionStatement statement)
    {
        statement.Deferred = null;
        if (session.Lease is not { } lease)
        {
            session.Inbox.Consume(session.Inbox.Header.PacketLength);
            session.Record.NoteLocal(0);
            return await LocalCommands.SendAsync(session, LocalReply.Ok(1, session.IdleStatus));
        }

        await lease.Connection.Kills.WhenQuietAsync();
        if (lease.Connection.Prepared is not { } prepared || !prepared.TryFind(statement, out var here))
        {
            return await ResetElsewhereAsync(session, statement, lease.Connection);
        }

        StatementExecution.Begin(session, CommandCode.StmtReset, statement, here, Harmless(statement));
        return session.IsKilled ? Step.ClientLeft : Step.Send;
    }

    // The connection does not have the statement, and so nothing of it. A ping does to the connection what the reset would have done; but MySQL
    // tells with that how many warnings there are.
    private static async ValueTask<Step> ResetElsewhereAsync(Session session, SessionStatement statement, BackendConnection connection)
    {
        session.Inbox.Consume(session.Inbox.Header.PacketLength);
        session.Record.NoteLocal(0);
        if (await connection.PingAsync())
        {
            var status = connection.Status;
            session.Prepared!.NoteLongData(statement, false);
            session.Prepared.NoteCursor(statement, false);
            await StatementEnd.UnpinAsync(session);
            return await LocalCommands.SendAsync(session, LocalReply.Ok(1, status));
        }

        var stateLost = session.LosesStateThere;
        session.Discard("lost");
        return stateLost
            ? await LocalCommands.FailAndCloseAsync(session, PoolError.BackendLost, 1, session.Origin.Backend.Name, CommandEnd.StateLost)
            : await LocalCommands.SendAsync(session, LocalReply.Ok(1, session.IdleStatus));
    }

    private static async ValueTask<Step> FetchAsync(Session session, SessionStatement statement)
    {
        if (!statement.HasCursor || session.Lease?.Connection is not { Prepared: { } prepared } connection || !prepared.TryFind(statement, out var here))
        {
            session.Record.NoteLocal(-1);
            return await LocalCommands.FailAsync(session, PoolError.NoCursor, statement.Id, KnowsLast(session) ? "" : ".");
        }

        await connection.Kills.WhenQuietAsync();
        StatementExecution.Begin(session, CommandCode.StmtFetch, statement, here, Harmless(statement));
        return session.IsKilled ? Step.ClientLeft : Step.Send;
    }

    // There is no reply, so whatever goes wrong is told to the execute.
    private static async ValueTask<Step> SendLongDataAsync(Session session, SessionStatement statement)
    {
        const CommandCode Command = CommandCode.StmtSendLongData;
        if (statement.Deferred is null && StatementExecution.FindExcess(session, Command, StatementTraits.None) is { } excess)
        {
            var backend = session.Origin.Backend;
            statement.Deferred = LocalReply.Error(1, PoolError.PinLimitReached, backend.Name, backend.Limits.MaxPinned, excess);
        }

        if (statement.Deferred is not null)
        {
            return await LargeCommand.SkipAsync(session) is null ? Step.Close : Step.Next;
        }

        var (refusal, here) = await StatementSetup.AcquireAsync(session, Command, statement, Harmless(statement));
        if (refusal is { } reason)
        {
            statement.Deferred = reason.Packet;
            return await LargeCommand.SkipAsync(session) is null || reason.EndsSession ? Step.Close : Step.Next;
        }

        statement.IsMisfed |= ExecutePacket.LongDataParameter(session.Inbox.Payload) >= statement.ParameterCount;
        if (session.Inbox.IsLarge)
        {
            return await LargeStatement.SendAsync(session, Command, statement, here!, Harmless(statement));
        }

        StatementExecution.Begin(session, Command, statement, here!, Harmless(statement));
        return session.IsKilled ? Step.ClientLeft : Step.Send;
    }

    // The statement does not run: what it is only tells operators what the session is busy with.
    private static StatementFacts Harmless(SessionStatement statement) => new(statement.Facts.Kind, StatementTraits.None);

    private static async ValueTask<Step> SkipUnknownAsync(Session session, CommandCode command, uint id)
    {
        if (command is CommandCode.StmtClose or CommandCode.StmtSendLongData)
        {
            return await LargeCommand.SkipAsync(session) is null ? Step.Close : Step.Next;
        }

        session.Record.NoteLocal(-1);
        return await LocalCommands.FailAsync(session, PoolError.UnknownStatement, id, NameOf(session, command));
    }
}
