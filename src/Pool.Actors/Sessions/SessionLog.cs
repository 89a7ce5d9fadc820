using Microsoft.Extensions.Logging;
using Pool.Actors.Errors;
using Pool.Actors.Sessions.Login;

namespace Pool.Actors.Sessions;

/// <summary>What is logged of sessions. No statement text, no credentials.</summary>
internal static partial class SessionLog
{
    [LoggerMessage(2001, LogLevel.Error, "Session {session} failed by a fault of the pool")]
    public static partial void Failed(ILogger logger, uint session, Exception exception);

    [LoggerMessage(2002, LogLevel.Information, "Session {session} of user {user} ended: {error}")]
    public static partial void Ended(ILogger logger, uint session, string user, PoolError error);

    [LoggerMessage(2003, LogLevel.Information, "Login from {peer} failed: {failure} (user {user})")]
    public static partial void LoginFailed(ILogger logger, string peer, LoginFailure failure, string? user);

    /// <summary>Logs an error that a client was told, at the catalogue's level; of a client that asks for errors only the first few.</summary>
    public static void NoteRefusal(Session session, PoolError error)
    {
        if (session.TryCountLogLine())
        {
            Refused(
                session.Services.Logger, ErrorCatalogue.Of(error).Level, session.Id.Value, session.Origin.User, error, session.Origin.Backend.Name);
        }
    }

    [LoggerMessage(EventId = 2004, Message = "Session {session} of user {user}: {error} (backend {backend})")]
    private static partial void Refused(ILogger logger, LogLevel level, uint session, string user, PoolError error, string backend);
}
