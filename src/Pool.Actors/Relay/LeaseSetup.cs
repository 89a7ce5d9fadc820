using System.Buffers;
using Pool.Actors.Backends;
using Pool.Actors.Errors;
using Pool.Actors.Pooling;
using Pool.Actors.Sessions;
using Pool.Actors.Sessions.UserVariables;
using Pool.Actors.Settings;
using Pool.Wire.Commands;
using Pool.Wire.Replies;
using Pool.Wire.Statements;

namespace Pool.Actors.Relay;

/// <summary>Gets a session the connection that its next statement needs, painted with its settings and its own results.</summary>
internal static class LeaseSetup
{
    private const int MaxAttempts = 3;

    /// <summary>What a statement may ask about what the last one changed and found.</summary>
    public const StatementTraits Counts = StatementTraits.ReadsRowCount | StatementTraits.ReadsFoundRows;

    /// <summary>
    /// Leases a connection if the session holds none, and readies it for a command. The answer is null, or the error for the client;
    /// nothing of the command has run then.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="command">The command.</param>
    /// <param name="facts">What its statement is.</param>
    /// <param name="mayShareWrite">The repaint may be left to the sender of the command, see <see cref="Lease.Pending"/>.</param>
    public static async ValueTask<Refusal?> AcquireAsync(Session session, CommandCode command, StatementFacts facts, bool mayShareWrite = false)
    {
        if (session.Lease is { } held && UserVariableTravel.NeedsReset(session, held.Connection, facts))
        {
            // What only the connection knows must be read before it is reset.
            await CommandEnd.GiveBackAsync(session, held);
            if (session.IsStateLost)
            {
                return new Refusal(Error(session, PoolError.BackendLost, session.Origin.Backend.Name, CommandEnd.StateLost), EndsSession: true);
            }
        }

        for (var attempt = 1; ; attempt++)
        {
            if (session.Lease is null)
            {
                var result = await WaitAsync(session);
                if (result.Connection is null)
                {
                    return new Refusal(Denial(session, result));
                }

                session.Hold((BackendConnection)result.Connection);
            }

            var connection = session.Lease!.Connection;
            await connection.Kills.WhenQuietAsync();
            var problem = await ReadyAsync(session, connection, command, facts, mayShareWrite);
            if (problem is null)
            {
                return null;
            }

            if (problem.ErrorCode > 0)
            {
                // The server refused (a database that is gone, say), or a KILL hit: the client gets the server's word.
                if (!session.HasStateThere)
                {
                    await CommandEnd.GiveBackAsync(session, connection.Lease);
                }

                return new Refusal(LocalReply.Error(1, (ushort)problem.ErrorCode, SqlState(problem.ErrorCode), problem.ErrorText!));
            }

            var stateLost = session.LosesStateThere;
            session.Discard("lost");
            if (stateLost)
            {
                return new Refusal(Error(session, PoolError.BackendLost, session.Origin.Backend.Name, CommandEnd.StateLost), EndsSession: true);
            }

            if (attempt == MaxAttempts)
            {
                return new Refusal(Error(session, PoolError.BackendUnavailable, session.Origin.Backend.Name, problem.ErrorText));
            }
        }
    }

    /// <summary>Waits for a connection; it may have to be repainted. Allocates nothing.</summary>
    public static ValueTask<LeaseResult> WaitAsync(Session session)
    {
        var settings = session.Settings;
        if (session.Origin.Backend.Fingerprints.Latest is { } latest && !ReferenceEquals(latest.Catalogue, settings.Baseline.Catalogue))
        {
            // The server has become another one; no connection can be brought to the old one's settings.
            SettingsChange.Want(session, settings.MovedTo(latest));
        }

        var waiting = session.Origin.Backend.Pool.LeaseAsync(session.Waiter, session.Needed);
        if (session.IsKilled)
        {
            // The killer may have come before there was a wait to cancel.
            session.Waiter.Cancel();
        }

        return waiting;
    }

    /// <summary>The error packet for a client whose wait came to nothing.</summary>
    public static ReadOnlyMemory<byte> Denial(Session session, LeaseResult result)
    {
        var backend = session.Origin.Backend;
        var options = backend.Pool.Options;
        return result.Failure switch
        {
            LeaseFailure.TimedOut => Error(
                session, PoolError.LeaseTimeout, backend.Name, (long)options.LeaseTimeout.TotalMilliseconds, Cause(backend.Pool.Mode, result.ConnectFailure)),
            LeaseFailure.UserTimedOut => Error(
                session, PoolError.UserConnectionsReached, backend.Name, session.Origin.User, session.Waiter.Quota!.Cap, (long)options.LeaseTimeout.TotalMilliseconds),
            LeaseFailure.LineFull => Error(session, PoolError.LineFull, backend.Name, options.MaxWaiters),
            LeaseFailure.Cancelled => Error(session, PoolError.QueryInterrupted),
            LeaseFailure.ShuttingDown => Error(session, PoolError.ShuttingDown),
            _ => Error(session, PoolError.BackendUnavailable, backend.Name, result.ConnectFailure?.Text),
        };
    }

    private static string Cause(PoolMode mode, ConnectFailure? failure) => mode switch
    {
        PoolMode.Paused => ". An operator has paused the pool, until 'pbm pool resume'",
        PoolMode.Drained => ". An operator has drained the backend, until 'pbm pool resume'",
        _ when failure is { Kind: ConnectFailureKind.NotPermitted } => $": {failure.Text}",
        _ when failure is not null => $". The last attempt to open one failed: {failure.Text}",
        _ => "",
    };

    // Null: ready. Else what went wrong; a negative code means that the connection is lost.
    private static async ValueTask<QueryResult?> ReadyAsync(
        Session session, BackendConnection connection, CommandCode command, StatementFacts facts, bool mayShareWrite)
    {
        var (lease, traits) = (connection.Lease, facts.Traits);
        var mayShowWarnings = (traits & StatementTraits.ReadsDiagnostics) != 0 && !lease.HasLastResult;
        if ((mayShowWarnings && session.Pins == PinReasons.None) || UserVariableTravel.NeedsReset(session, connection, facts))
        {
            // The session's last statement left no warnings, or has had its chance to show them; another session's must not show.
            if (!await connection.ResetAsync())
            {
                return QueryResult.Broken("the connection is lost");
            }

            lease.HasInsertId = session.Record.LastInsertId == connection.KnownInsertId;
        }

        var keepsDiagnostics = command == CommandCode.StmtPrepare || (traits & StatementTraits.ReadsDiagnostics) != 0;
        var problem = await PaintForAsync(session, connection, command, facts, mayShareWrite && !mayShowWarnings)
            ?? await UserVariableTravel.BringAsync(session, connection, traits, keepsDiagnostics);
        if (problem is not null)
        {
            return problem;
        }

        if ((lease.Missing(traits) & Counts) != 0 && AsksUnseen(command, facts) && await NeutralizeAsync(session, lease) is { Succeeded: false } unneutral)
        {
            return unneutral;
        }

        var unrestored = lease.HasInsertId || (traits & CommandStart.InsertId) == 0 ? null : await RestoreInsertIdAsync(session, connection);

        // MySQL tells with the choice of a database how many warnings there are, and adds those of a list of columns to them.
        var flavour = session.Origin.Backend.Facts!.Flavour;
        var tellsWarnings = command is CommandCode.InitDb or CommandCode.FieldList && flavour == ServerFlavour.MySql && !lease.HasLastResult;
        if (unrestored is null && (mayShowWarnings || tellsWarnings))
        {
            // Those of what has just been set are nobody's, and others may be another session's.
            var cleared = await connection.ClearWarningsAsync(flavour);
            return cleared.Succeeded ? null : cleared;
        }

        return unrestored;
    }

    /// <summary>
    /// So that what is not rewritten (a routine, a view, a definition, what a client prepares) does not tell the counts of another session's
    /// statement, it tells those of this one.
    /// </summary>
    public static async ValueTask<QueryResult> NeutralizeAsync(Session session, Lease lease) =>
        lease.HasLastResult && !await OwnResults.TakeAsync(session, lease)
            ? QueryResult.Broken("the connection is lost")
            : await lease.Connection.QueryAsync("SELECT 1", CancellationToken.None);

    private static bool AsksUnseen(CommandCode command, StatementFacts facts) => command == CommandCode.StmtPrepare
        || facts.Kind is StatementKind.Call or StatementKind.Ddl || (facts.Stored & Counts) != 0 || facts.AsksUncertainFoundRows;

    // Where the connection's state is not known, or no place is left for it in the table, the session is the only one there.
    private static async ValueTask<QueryResult?> PaintForAsync(
        Session session, BackendConnection connection, CommandCode command, StatementFacts facts, bool mayShareWrite)
    {
        var lease = connection.Lease;
        var needed = OwnVariables.Needed(session, facts.Traits);
        lease.Pending = null;
        lease.Hinted = null;
        if (connection.Fingerprint == needed || connection.Fingerprint == session.Wanted || connection.Fingerprint == Fingerprint.None
            || lease.SettingsUnread)
        {
            return null;
        }

        if (lease.HasLastResult)
        {
            if (facts.Kind == StatementKind.Show && (facts.Traits & StatementTraits.ReadsDiagnostics) != 0)
            {
                return null;
            }

            if (!await OwnResults.TakeAsync(session, lease))
            {
                return QueryResult.Broken("the connection is lost");
            }
        }

        var backend = session.Origin.Backend;
        var needs = backend.Fingerprints.SettingsOf(needed);
        if (command == CommandCode.Query && await StatementHints.TryAsync(session, connection, facts, needs))
        {
            return null;
        }

        backend.Metrics.Repaints.Increment();
        var repaint = backend.Repaints.Between(connection.Settings, needs);
        if (mayShareWrite && repaint is { IsVerified: true, LeavesWarnings: false } && facts.OnlyReads && !CommandStart.NeedsRestore(lease, facts.Traits))
        {
            lease.Pending = repaint;
            return null;
        }

        var painted = await repaint.RunAsync(connection);
        // A session whose database is gone, or forbidden by now, may choose another one: all else is painted.
        var leavesIt = IsOfDatabase(painted.ErrorCode) && SettingsAnswers.ChoosesDatabase(command, facts);
        return painted.Succeeded || leavesIt ? null : painted;
    }

    /// <summary>Brings a connection to other settings. A failure leaves it to be given up, but where only the database was refused.</summary>
    public static ValueTask<QueryResult> PaintAsync(Session session, BackendConnection connection, SessionSettings needed) =>
        session.Origin.Backend.Repaints.Between(connection.Settings, needed).RunAsync(connection);

    private static async ValueTask<QueryResult?> RestoreInsertIdAsync(Session session, BackendConnection connection)
    {
        var lease = connection.Lease;
        if ((lease.HasLastResult && !await OwnResults.TakeAsync(session, lease))
            || (lease.InsertIdUnread && !await OwnResults.ReadInsertIdAsync(session, lease)))
        {
            return QueryResult.Broken("the connection is lost");
        }

        if (lease.HasInsertId)
        {
            return null;
        }

        var command = new ArrayBufferWriter<byte>();
        CommandPackets.Query(command, $"SET last_insert_id = {session.Record.LastInsertId}");
        var result = (await connection.RunAsync(command.WrittenMemory, ReplyShape.Results))[0];
        lease.HasInsertId = result.Succeeded;
        connection.KnownInsertId = result.Succeeded ? session.Record.LastInsertId : connection.KnownInsertId;
        return result.Succeeded ? null : result;
    }

    private static ReadOnlyMemory<byte> Error(Session session, PoolError error, params object?[] arguments)
    {
        SessionLog.NoteRefusal(session, error);
        session.Services.Metrics.Errors[error.ToString()].Increment();
        return LocalReply.Error(1, error, arguments);
    }

    private static bool IsOfDatabase(int code) => code is ServerErrorCode.DatabaseDenied or ServerErrorCode.UnknownDatabase;

    private static string SqlState(int code) => IsOfDatabase(code) ? "42000" : code == ServerErrorCode.QueryInterrupted ? "70100" : "HY000";
}
