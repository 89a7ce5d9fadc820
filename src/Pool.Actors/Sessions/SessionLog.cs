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

    [LoggerMessage(2004, LogLevel.Warning, "Session {session} of user {user}: {error} (backend {backend})")]
    public static partial void Refused(ILogger logger, uint session, string user, PoolError error, string backend);
}
