using Pool.Actors.Backends;
using Pool.Actors.Cluster.Sessions;
using Pool.Actors.Errors;
using Pool.Actors.Relay;
using Pool.Actors.Runtime;
using Pool.Wire.Statements;

namespace Pool.Actors.Sessions;

/// <summary>KILL of a session, on whichever node, by another session or by itself.</summary>
internal static class KillCommand
{
    /// <summary>Runs the command at the front of the inbox, which names <paramref name="target"/>.</summary>
    public static async ValueTask<Step> RunAsync(Session session, KillScope scope, ulong target)
    {
        var id = new SessionId((uint)Math.Min(target, uint.MaxValue));
        if (id == session.Id)
        {
            session.Services.Metrics.Kills[scope.ToString()].Increment();
            return scope == KillScope.Query
                ? await LocalCommands.FailAsync(session, PoolError.QueryInterrupted)
                : await LocalCommands.FailAndCloseAsync(session, PoolError.SessionKilled, 1, target);
        }

        var kill = new SessionKill(id, scope, session.Origin.User, session.Origin.CanKillOthers);
        var result = await session.Services.Directory.KillAsync(kill, CancellationToken.None);
        switch (result.Outcome)
        {
            case KillOutcome.Done:
                session.Inbox.Consume(session.Inbox.Header.PacketLength);
                await NoteDoneAsync(session);
                return await LocalCommands.SendAsync(session, LocalReply.Ok(1, session.Lease?.Connection.Status ?? session.IdleStatus));
            case KillOutcome.NoSuchSession:
                return await LocalCommands.FailAsync(session, PoolError.NoSuchSession, target);
            case KillOutcome.NotOwner:
                return await LocalCommands.FailAsync(session, PoolError.NotSessionOwner, target);
            case KillOutcome.Lost:
                return await LocalCommands.FailAsync(session, PoolError.SessionLost, target, result.Node);
            default:
                return await LocalCommands.FailAsync(session, PoolError.SessionUnreachable, target, result.Node);
        }
    }

    // It is a statement, after which ROW_COUNT() is 0. MySQL forgets with it what the one before told; MariaDB does not.
    private static async ValueTask NoteDoneAsync(Session session)
    {
        var forgets = session.Origin.Backend.Facts!.Flavour == ServerFlavour.MySql;
        session.Pin(forgets ? session.Pins & ~PinReasons.Diagnostics : session.Pins);
        if (session.Lease is { } lease)
        {
            await CommandEnd.GiveBackAsync(session, lease);
        }

        session.Record.NoteLocal(0);
        session.Diagnostics = forgets ? null : session.Diagnostics;
    }
}
