using Microsoft.Extensions.Logging;

namespace Pool.Host;

/// <summary>What is logged of the node as a whole.</summary>
internal static partial class NodeLog
{
    [LoggerMessage(1001, LogLevel.Information, "Ready: every backend has been reached")]
    public static partial void Ready(ILogger logger);

    [LoggerMessage(1002, LogLevel.Information, "Listener {name} on {address}")]
    public static partial void Listening(ILogger logger, string name, string address);

    [LoggerMessage(1003, LogLevel.Information, "Backend {name} is {version}")]
    public static partial void Reached(ILogger logger, string name, string version);

    [LoggerMessage(1004, LogLevel.Warning, "Backend {name} cannot be used yet: {problem}")]
    public static partial void NotReached(ILogger logger, string name, string? problem);

    [LoggerMessage(1005, LogLevel.Information, "Draining: no new clients; {sessions} sessions are open")]
    public static partial void Draining(ILogger logger, int sessions);

    [LoggerMessage(1007, LogLevel.Information, "Taking clients again")]
    public static partial void Resumed(ILogger logger);

    [LoggerMessage(1008, LogLevel.Error, "{what} failed; this is a bug")]
    public static partial void Unexpected(ILogger logger, Exception exception, string what);

    [LoggerMessage(1006, LogLevel.Information, "Stopped")]
    public static partial void Stopped(ILogger logger);
}
