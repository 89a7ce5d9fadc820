using Pool.Actors.Errors;
using Pool.Actors.Relay;
using Pool.Actors.Runtime;
using Pool.Wire.Statements;

namespace Pool.Actors.Sessions;

/// <summary>KILL of a session by another session, or by itself.</summary>
internal static class KillCommand
{
    /// <summary>Runs the command at the front of the inbox, which names <paramref name="target"/>.</summary>
    public static async ValueTask<Step> RunAsync(Session session, KillScope scope, ulong target)
    {
        var id = new SessionId((uint)Math.Min(target, uint.MaxValue));
        if (session.Services.Sessions.Find(id) is not { } victim)
        {
            return await LocalCommands.FailAsync(session, PoolError.NoSuchSession, target);
        }

        if (victim.Origin.User != session.Origin.User && !session.Origin.CanKillOthers)
        {
            return await LocalCommands.FailAsync(session, PoolError.NotSessionOwner, target);
        }

        session.Services.Metrics.Kills[scope.ToString()].Increment();
        if (victim == session)
        {
            return scope == KillScope.Query
                ? await LocalCommands.FailAsync(session, PoolError.QueryInterrupted)
                : await LocalCommands.FailAndCloseAsync(session, PoolError.SessionKilled, 1, target);
        }

        await victim.KillAsync(scope);
        session.Inbox.Consume(session.Inbox.Header.PacketLength);
        return await LocalCommands.SendAsync(session, LocalReply.Ok(1, session.Lease?.Connection.Status ?? session.IdleStatus));
    }
}
