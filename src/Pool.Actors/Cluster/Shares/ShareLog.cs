using Microsoft.Extensions.Logging;
using Pool.Actors.Cluster.Membership;

namespace Pool.Actors.Cluster.Shares;

/// <summary>The log lines of shares.</summary>
internal static partial class ShareLog
{
    [LoggerMessage(720, LogLevel.Debug, "Backend {Backend}: the share of this node is {Share} of {Cap}, it wants {Wanted}")]
    public static partial void Changed(ILogger logger, string backend, int share, int cap, int wanted);

    [LoggerMessage(721, LogLevel.Warning, "Backend {Backend}: this node gets no share: {Why}")]
    public static partial void Refused(ILogger logger, string backend, string why);

    [LoggerMessage(722, LogLevel.Warning, "Backend {Backend}: this life of the node was lost; its connections are replaced")]
    public static partial void LifeLost(ILogger logger, string backend);

    [LoggerMessage(723, LogLevel.Warning, "Backend {Backend}: the holder {Incarnation} is lost; its connections are ended")]
    public static partial void Reclaiming(ILogger logger, string backend, Incarnation incarnation);

    [LoggerMessage(724, LogLevel.Information, "Backend {Backend}: {Places} places of node {Node} ({Incarnation}) are free")]
    public static partial void Reclaimed(ILogger logger, string backend, int places, string node, Incarnation incarnation);

    [LoggerMessage(725, LogLevel.Warning, "Backend {Backend}: connection {ThreadId} of a lost node cannot be ended yet: {Text}")]
    public static partial void NotEnded(ILogger logger, string backend, ulong threadId, string? text);

    [LoggerMessage(726, LogLevel.Warning, "Backend {Backend}: the shares were not known any more; {Found} connections are at the server and count against the cap")]
    public static partial void Created(ILogger logger, string backend, int found);

    [LoggerMessage(728, LogLevel.Debug, "Backend {Backend}: of what user {User} may hold this node has {Share} of {Cap}")]
    public static partial void UserChanged(ILogger logger, string backend, string user, int share, int cap);

    [LoggerMessage(729, LogLevel.Warning, "Backend {Backend}: user {User} gets no connection from this node: {Why}")]
    public static partial void UserRefused(ILogger logger, string backend, string user, string why);

    [LoggerMessage(730, LogLevel.Warning, "Backend {Backend}: nobody has a share yet, and this node gets no answer from the server; the others try")]
    public static partial void SurveyEnded(ILogger logger, string backend);

    [LoggerMessage(727, LogLevel.Error, "Backend {Backend}: {What} failed; this is a bug")]
    public static partial void Unexpected(ILogger logger, Exception exception, string backend, string what);
}
