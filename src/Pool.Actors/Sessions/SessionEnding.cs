using Pool.Actors.Backends;
using Pool.Actors.Errors;
using Pool.Wire.Statements;

namespace Pool.Actors.Sessions;

/// <summary>How sessions end, and how others make them.</summary>
internal static class SessionEnding
{
    /// <summary>
    /// Ends the session, or the statement that it runs, as KILL does; the statement only if it is the one that started then, unless that is
    /// null. Completes when no statement of it can be hit any more by what was done.
    /// </summary>
    public static async Task KillAsync(this Session session, KillScope scope, long? startedAt)
    {
        if (scope == KillScope.Connection)
        {
            // A full fence before the lease is looked at: either it is seen here, or its session sees the flag.
            session.SetKilled();
            session.Client.Abort();
        }

        session.CancelWait();
        if (session.Lease is { } lease && lease.Connection.Kills.TryEnter(session.Id.Value))
        {
            try
            {
                if ((startedAt is null || startedAt == lease.StartedAt) && !await session.Origin.Backend.KillQueryAsync(lease.Connection))
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

    /// <summary>Ends the session with an error if it is idle; false if it is not.</summary>
    public static bool TryEndIdle(this Session session, PoolError error, params object?[] arguments)
    {
        if (session.Turn.Take(SessionState.Ended) != SessionState.Idle)
        {
            return false;
        }

        SessionLog.Ended(session.Services.Logger, session.Id.Value, session.Origin.User, error);
        session.Services.Metrics.Errors[error.ToString()].Increment();

        // Nobody else sends to an idle session's client. What the kernel does not take at once is not worth waiting for. MariaDB ends
        // an idle session without a word.
        if (error != PoolError.IdleClient || session.Origin.Backend.Facts!.Flavour == ServerFlavour.MySql)
        {
            _ = session.Client.SendAsync(LocalReply.Error(0, error, arguments)).AsTask();
        }

        session.Client.Close();
        return true;
    }

    /// <summary>Gives back all that the session has.</summary>
    public static async ValueTask CleanUpAsync(this Session session)
    {
        if (session.Lease is { } lease)
        {
            lease.End();
            await lease.Connection.Kills.WhenQuietAsync();
            session.ReleaseAsLeft();
        }

        session.ForgetStatements();
        session.Services.Admission.Leave(session);
        session.Services.Metrics.Ended.Increment();
        session.Inbox.Rest();
        session.Client.Close();
    }

    /// <summary>All prepared statements of the session are gone.</summary>
    public static void ForgetStatements(this Session session)
    {
        session.Prepared?.Clear(session.Origin.Backend.Texts);
        session.Prepared = null;
    }
}
