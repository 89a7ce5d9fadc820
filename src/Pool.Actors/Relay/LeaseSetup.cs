using System.Buffers;
using Pool.Actors.Backends;
using Pool.Actors.Errors;
using Pool.Actors.Pooling;
using Pool.Actors.Sessions;
using Pool.Actors.Settings;
using Pool.Wire.Commands;
using Pool.Wire.Replies;
using Pool.Wire.Statements;

namespace Pool.Actors.Relay;

/// <summary>Gets a session the connection that its next statement needs, painted with its settings and its own results.</summary>
internal static class LeaseSetup
{
    private const int MaxAttempts = 3;

    /// <summary>
    /// Leases a connection if the session holds none, and readies it for a command whose statement has these traits. The answer is null, or
    /// the error for the client; nothing of the command has run then.
    /// </summary>
    public static async ValueTask<Refusal?> AcquireAsync(Session session, CommandCode command, StatementTraits traits)
    {
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
            var problem = await ReadyAsync(session, connection, command, traits);
            if (problem is null)
            {
                return null;
            }

            if (problem.ErrorCode > 0)
            {
                // The server refused (a database that is gone, say): the connection is as before, the client gets the server's word.
                if ((session.Pins & ~PinReasons.Soft) == 0)
                {
                    session.Release();
                }

                return new Refusal(LocalReply.Error(1, (ushort)problem.ErrorCode, SqlState(problem.ErrorCode), problem.ErrorText!));
            }

            var stateLost = (session.Pins & ~PinReasons.Soft) != 0;
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
            LeaseFailure.TimedOut => Error(session, PoolError.LeaseTimeout, backend.Name, (long)options.LeaseTimeout.TotalMilliseconds),
            LeaseFailure.LineFull => Error(session, PoolError.LineFull, backend.Name, options.MaxWaiters),
            LeaseFailure.Cancelled => Error(session, PoolError.QueryInterrupted),
            LeaseFailure.ShuttingDown => Error(session, PoolError.ShuttingDown),
            _ => Error(session, PoolError.BackendUnavailable, backend.Name, result.ConnectFailure?.Text),
        };
    }

    // Null: ready. Else what went wrong; a negative code means that the connection is lost.
    private static async ValueTask<QueryResult?> ReadyAsync(
        Session session, BackendConnection connection, CommandCode command, StatementTraits traits)
    {
        var lease = connection.Lease;
        if ((traits & StatementTraits.ReadsDiagnostics) != 0 && !lease.HasLastResult && session.Pins == PinReasons.None)
        {
            // The session's last statement left no warnings, or has had its chance to show them; another session's must not show.
            if (!await connection.ResetAsync())
            {
                return QueryResult.Broken("the connection is lost");
            }
        }

        // Where the table of fingerprints is full, the session stays on a connection that has none.
        if (connection.Fingerprint != session.Needed && connection.Fingerprint != Fingerprint.None)
        {
            var painted = await PaintAsync(session, connection);
            if (!painted.Succeeded)
            {
                return painted;
            }
        }

        const StatementTraits Counts = StatementTraits.ReadsRowCount | StatementTraits.ReadsFoundRows;
        if (command == CommandCode.StmtPrepare && (traits & Counts) != 0 && !lease.HasLastResult)
        {
            // The text of a prepared statement is not rewritten: so that it does not tell another session's counts, it tells these.
            var neutral = await connection.QueryAsync("SELECT 1", CancellationToken.None);
            if (!neutral.Succeeded)
            {
                return neutral;
            }
        }

        // A statement that asks for its predecessor's warnings gets them, and nothing in between.
        var showsWarnings = (traits & StatementTraits.ReadsDiagnostics) != 0 && lease.HasLastResult;
        return showsWarnings || lease.HasInsertId || (traits & CommandStart.InsertId) == 0
            ? null
            : await RestoreInsertIdAsync(session, connection);
    }

    private static ValueTask<QueryResult> PaintAsync(Session session, BackendConnection connection)
    {
        var backend = session.Origin.Backend;
        backend.Metrics.Repaints.Increment();
        var has = backend.Fingerprints.SettingsOf(connection.Fingerprint);
        return Repaint.Between(has, session.Settings, backend.Facts!.Collations).RunAsync(connection, backend.Fingerprints);
    }

    private static async ValueTask<QueryResult?> RestoreInsertIdAsync(Session session, BackendConnection connection)
    {

        var command = new ArrayBufferWriter<byte>();
        CommandPackets.Query(command, $"SET last_insert_id = {session.Record.LastInsertId}");
        var result = (await connection.RunAsync(command.WrittenMemory, ReplyShape.Results))[0];
        connection.Lease.HasInsertId = result.Succeeded;

        // The SET has cleared the row count: from here on the session's record has it.
        connection.Lease.HasLastResult = false;
        return result.Succeeded ? null : result;
    }

    private static ReadOnlyMemory<byte> Error(Session session, PoolError error, params object?[] arguments)
    {
        SessionLog.NoteRefusal(session, error);
        session.Services.Metrics.Errors[error.ToString()].Increment();
        return LocalReply.Error(1, error, arguments);
    }

    private static string SqlState(int code) => code is 1044 or 1049 ? "42000" : "HY000";
}
