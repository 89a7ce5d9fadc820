using Microsoft.Extensions.Logging;

namespace Pool.Actors.Backends.StoredCode;

/// <summary>What is logged of looking at stored code.</summary>
internal static partial class StoredCodeLog
{
    [LoggerMessage(231, LogLevel.Debug, "Session {Session} uses stored code that may leave something: {Obstacle}")]
    public static partial void Kept(ILogger logger, uint session, string obstacle);

    [LoggerMessage(230, LogLevel.Warning, "Backend {Backend}: its stored code could not be read; sessions that use some keep their connections")]
    public static partial void Unread(ILogger logger, string backend);
}
