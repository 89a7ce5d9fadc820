using Microsoft.Extensions.Logging;

namespace Pool.Actors.Cluster.Membership;

/// <summary>The log lines of a node's membership.</summary>
internal static partial class MembershipLog
{
    [LoggerMessage(300, LogLevel.Information, "Member of {Cluster} as {Node}, incarnation {Incarnation}, slot {Slot}; members: {Members}")]
    public static partial void Joined(ILogger logger, string cluster, string node, Incarnation incarnation, int slot, int members);

    [LoggerMessage(301, LogLevel.Warning, "Not a member of {Cluster} any more: the lease has expired or was taken away; joining anew")]
    public static partial void Lost(ILogger logger, string cluster);

    [LoggerMessage(302, LogLevel.Warning, "Cannot join {Cluster} yet: {Problem}")]
    public static partial void NotJoined(ILogger logger, string cluster, string? problem);

    [LoggerMessage(303, LogLevel.Information, "Member {Node} of {Cluster}, incarnation {Incarnation}, {What}")]
    public static partial void Changed(ILogger logger, string cluster, string node, Incarnation incarnation, string what);

    [LoggerMessage(304, LogLevel.Error, "Cluster {Cluster}: {What} failed; this is a bug")]
    public static partial void Unexpected(ILogger logger, Exception exception, string cluster, string what);

    [LoggerMessage(305, LogLevel.Information, "Left {Cluster}")]
    public static partial void Left(ILogger logger, string cluster);

    [LoggerMessage(306, LogLevel.Warning, "The record of member {Node} of {Cluster} cannot be read")]
    public static partial void Unreadable(ILogger logger, string cluster, string node);
}
