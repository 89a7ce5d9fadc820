using Microsoft.Extensions.Logging;
using Pool.Actors.Backends;

namespace Pool.Actors.Pooling;

/// <summary>The log lines of a pool.</summary>
internal static partial class PoolLog
{
    [LoggerMessage(200, LogLevel.Debug, "Pool {Pool}: connection {ThreadId} opened in slot {Slot}")]
    public static partial void Opened(ILogger logger, string pool, ulong threadId, int slot);

    [LoggerMessage(201, LogLevel.Warning, "Pool {Pool}: a connection could not be opened ({Kind}): {Text}")]
    public static partial void ConnectFailed(ILogger logger, string pool, ConnectFailureKind kind, string text);

    [LoggerMessage(202, LogLevel.Debug, "Pool {Pool}: connection {ThreadId} is closed: {Cause}")]
    public static partial void Closing(ILogger logger, string pool, ulong threadId, string cause);

    [LoggerMessage(203, LogLevel.Warning, "Pool {Pool}: the server was not seen to end connection {ThreadId}; it is killed")]
    public static partial void NotEnded(ILogger logger, string pool, ulong threadId);

    [LoggerMessage(204, LogLevel.Warning, "Pool {Pool}: KILL of connection {ThreadId} failed: {Text}")]
    public static partial void KillFailed(ILogger logger, string pool, ulong threadId, string? text);

    [LoggerMessage(205, LogLevel.Information, "Pool {Pool}: all connections are replaced: {Cause}")]
    public static partial void Retired(ILogger logger, string pool, string cause);

    [LoggerMessage(206, LogLevel.Information, "Pool {Pool}: the share is {Max} connections now")]
    public static partial void Resized(ILogger logger, string pool, int max);

    [LoggerMessage(208, LogLevel.Information, "Pool {Pool}: {Mode} now")]
    public static partial void Entered(ILogger logger, string pool, PoolMode mode);

    [LoggerMessage(207, LogLevel.Error, "Pool {Pool}: {What} failed; this is a bug")]
    public static partial void Unexpected(ILogger logger, Exception exception, string pool, string what);
}
