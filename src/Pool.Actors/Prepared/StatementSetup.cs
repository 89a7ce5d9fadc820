using System.Buffers;
using Pool.Actors.Backends;
using Pool.Actors.Errors;
using Pool.Actors.Relay;
using Pool.Actors.Sessions;
using Pool.Actors.Sessions.UserVariables;
using Pool.Actors.Settings;
using Pool.Wire.Commands;
using Pool.Wire.Replies;
using Pool.Wire.Statements;

namespace Pool.Actors.Prepared;

/// <summary>Gets a session a connection on which its prepared statement is prepared, by preparing it there if need be.</summary>
internal static class StatementSetup
{
    private const int MaxAttempts = 3;

    private const StatementTraits LastResult = StatementTraits.ReadsRowCount | StatementTraits.ReadsFoundRows | StatementTraits.ReadsDiagnostics;

    /// <summary>
    /// Leases a connection if the session holds none, readies it for what the command is about to do, and answers the statement there.
    /// Else the answer is the error for the client; nothing of the command has run then.
    /// </summary>
    public static async ValueTask<(Refusal? Refusal, ConnectionStatement? Here)> AcquireAsync(
        Session session, CommandCode command, SessionStatement statement, StatementFacts facts, bool mayShareWrite = false)
    {
        // What the text asks is written into it below; what stored code asks is not.
        var asked = statement.HasLongData ? StatementTraits.None : statement.Facts.Traits & LastResult;
        for (var attempt = 1; ; attempt++)
        {
            facts = facts with { Traits = facts.Traits & ((facts.Stored & LeaseSetup.Counts) | ~(session.Lease?.Missing(LastResult) ?? LastResult)) };
            if (await LeaseSetup.AcquireAsync(session, command, facts, mayShareWrite) is { } refusal)
            {
                return (refusal, null);
            }

            var lease = session.Lease!;
            var missing = lease.Missing(asked);
            if (missing == 0 && TryFind(session, lease.Connection, command, statement, out var here))
            {
                return (null, here);
            }

            if (statement.Text is null)
            {
                return (new Refusal(LocalReply.Error(1, PoolError.UnknownStatement, statement.Id, StatementCommands.NameOf(session, command))), null);
            }

            // The repaint comes first, by itself.
            if (lease.Pending is not null && await LeaseSetup.AcquireAsync(session, command, facts) is { } unpainted)
            {
                return (unpainted, null);
            }

            var rewritten = asked != 0 ? await RewrittenAsync(session, lease, statement.Text) : null;
            if ((missing & LeaseSetup.Counts) != 0 && rewritten is null)
            {
                await LeaseSetup.NeutralizeAsync(session, lease);
            }

            var (result, added, told) = await KeepResultsAsync(session, lease, command) && await KeepVariablesAsync(session, lease, statement)
                ? await PrepareAsync(session, lease, statement.Text, rewritten)
                : (QueryResult.Broken("the connection is lost"), null, null);
            UserVariableTravel.Prepared(lease.Connection, statement.Facts, statement.Text.Text, statement.Text.Mode);
            if (result.Succeeded)
            {
                result = await UserVariableTravel.BringAsync(session, lease.Connection, facts.Traits, keepsDiagnostics: asked != 0) ?? result;
            }

            if (result.Succeeded)
            {
                return (null, added);
            }

            if (Refuse(session, result, told, attempt) is { } reason)
            {
                return (reason, null);
            }
        }
    }

    private static bool TryFind(Session session, BackendConnection connection, CommandCode command, SessionStatement statement, out ConnectionStatement? here)
    {
        here = null;
        if (connection.Prepared is not { } prepared || !prepared.TryFind(statement, out here))
        {
            return false;
        }

        // What would be wrong with it was looked at before it was sent parts of parameters, which only it has; as only it has its cursor, which
        // such parts leave open.
        if (statement.Text is null || statement.HasLongData || (statement.HasCursor && command == CommandCode.StmtSendLongData)
            || IsAsNew(session, command, statement, here))
        {
            return true;
        }

        prepared.Close(here);
        session.Prepared!.NoteCursor(statement, false);
        return false;
    }

    private static bool IsAsNew(Session session, CommandCode command, SessionStatement statement, ConnectionStatement here) => !here.HadCursor
        && !(command == CommandCode.StmtSendLongData
            ? ParameterTypes.WouldMisread(statement, here, ExecutePacket.LongDataParameter(session.Inbox.Payload), session.Origin.Backend.Facts!.Flavour)
            : ParameterTypes.WouldShow(statement, here));

    // Parts of a parameter leave what the last statement told, and to prepare does not.
    private static async ValueTask<bool> KeepResultsAsync(Session session, Lease lease, CommandCode command) =>
        command != CommandCode.StmtSendLongData || !lease.HasLastResult || await OwnResults.TakeAsync(session, lease);

    // Those that only the connection knows would be changed there by what is prepared.
    private static async ValueTask<bool> KeepVariablesAsync(Session session, Lease lease, SessionStatement statement) =>
        (statement.Facts.Traits & StatementTraits.UserVariables) == 0 || session.Variables is not { Unread.Count: > 0 }
        || (await OwnResults.TakeAsync(session, lease) && await UserVariableTravel.KeepAsync(session, lease.Connection));

    // With the session's own values in place of what only the connection that ran its last statement would tell; null if nothing is to be replaced.
    private static async ValueTask<byte[]?> RewrittenAsync(Session session, Lease lease, PreparedText text)
    {
        if (lease.HasLastResult)
        {
            await OwnResults.ReadDiagnosticsAsync(session, lease);
            if (lease.FoundRowsUnread)
            {
                await OwnResults.ReadFoundRowsAsync(session, lease);
            }

            lease.HasLastResult = false;
        }

        var output = new ArrayBufferWriter<byte>(text.Text.Length + 64);
        var values = session.Record.Values(session.Id.Value, session.Diagnostics);
        return SessionFunctions.TryRewrite(text.Text, CommandStart.Mode(session), values, output) ? output.WrittenSpan.ToArray() : null;
    }

    // Diagnostics are those of a failure that the connection does not know any more.
    private static async ValueTask<(QueryResult Result, ConnectionStatement? Added, Diagnostics? Told)> PrepareAsync(
        Session session, Lease lease, PreparedText text, byte[]? rewritten)
    {
        var (connection, backend) = (lease.Connection, session.Origin.Backend);
        backend.Metrics.PreparesOnDemand.Increment();
        var prepared = connection.Prepared ??= new ConnectionStatements(backend.Texts);
        var carried = connection.Fingerprint == Fingerprint.None ? null : connection.Settings;
        var foreign = carried is not null && !text.Key.Equals(session.Carried.ParseKeyLike(text.Key)) ? text.Key.ApplyTo(carried) : null;
        if (foreign is not null && await LeaseSetup.PaintAsync(session, connection, foreign) is { Succeeded: false } unpainted)
        {
            return (unpainted, null, null);
        }

        var result = await SendAsync(connection, prepared, rewritten ?? text.Text.ToArray());
        if (result.ErrorCode == ServerErrorCode.TooManyStatements)
        {
            prepared.CloseAll();
            result = await SendAsync(connection, prepared, rewritten ?? text.Text.ToArray());
        }

        var id = connection.Replies.Summary.StatementId;
        var told = foreign is not null && result.ErrorCode > 0
            ? Diagnostics.From(await connection.QueryAsync("SHOW WARNINGS", CancellationToken.None), connection.Capabilities)
            : null;
        if (foreign is not null && result.ErrorCode >= 0 && await backend.Repaints.Between(foreign, carried!).RunAsync(connection) is { Succeeded: false } unrestored)
        {
            return (unrestored, null, null);
        }

        if (!result.Succeeded)
        {
            return (result, null, told);
        }

        if (result.Warnings > 0 && backend.Facts!.Flavour == ServerFlavour.MariaDb && await connection.ClearWarningsAsync(ServerFlavour.MariaDb) is { ErrorCode: < 0 } lost)
        {
            // Its execution may leave them, for whoever asks on the connection then.
            return (lost, null, null);
        }

        backend.Metrics.StatementsEvicted.Add(prepared.Add(rewritten is null ? text : null, id, backend.StatementsPerConnection, out var added));
        return (result, added, null);
    }

    private static async ValueTask<QueryResult> SendAsync(BackendConnection connection, ConnectionStatements prepared, byte[] text)
    {
        var commands = new ArrayBufferWriter<byte>();
        commands.Write(prepared.Closes);
        prepared.ClosesSent();
        CommandPackets.StmtPrepare(commands, text);
        return (await connection.RunAsync(commands.WrittenMemory, ReplyShape.Prepare))[0];
    }

    // The server's own word, as it would have said it to the command; null if another connection may do better.
    private static Refusal? Refuse(Session session, QueryResult result, Diagnostics? told, int attempt)
    {
        var stateLost = session.LosesStateThere;
        if (result.ErrorCode > 0 && !session.Lease!.Connection.IsBroken)
        {
            session.Record.NoteLocal(-1);
            session.Diagnostics = told;
            session.Lease.HasLastResult = told is null;
            if (told is null)
            {
                session.Lease.Connection.HasDiagnostics = true;
                session.Pin(session.Pins | PinReasons.Diagnostics);
            }

            return new Refusal(result.Packets);
        }

        var name = session.Origin.Backend.Name;
        session.Discard("lost");
        return stateLost ? new Refusal(LocalReply.Error(1, PoolError.BackendLost, name, CommandEnd.StateLost), EndsSession: true)
            : attempt == MaxAttempts ? new Refusal(LocalReply.Error(1, PoolError.BackendUnavailable, name, result.ErrorText))
            : null;
    }
}
