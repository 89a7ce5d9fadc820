using Microsoft.Extensions.Logging;

namespace Pool.Actors.Cluster.Remote;

/// <summary>The log lines of remote leases.</summary>
internal static partial class RemoteLog
{
    [LoggerMessage(260, LogLevel.Error, "Pool {Pool}: borrowing from node {Node} failed; this is a bug")]
    public static partial void Unexpected(ILogger logger, Exception exception, string pool, string node);

    [LoggerMessage(261, LogLevel.Error, "Lending to node {Node} failed; this is a bug")]
    public static partial void LendingFailed(ILogger logger, Exception exception, string node);

    [LoggerMessage(262, LogLevel.Warning, "Pool {Pool}: node {Node} was lost, or gave up, with connection {ThreadId}; it is closed")]
    public static partial void BorrowerLost(ILogger logger, string pool, string node, ulong threadId);

    [LoggerMessage(263, LogLevel.Warning, "Node {Node} sent what is no message of a lease; its pipe is closed")]
    public static partial void Malformed(ILogger logger, string node);

    [LoggerMessage(264, LogLevel.Warning, "Pool {Pool}: nothing is lent to node {Node}: {Reason}")]
    public static partial void NotLent(ILogger logger, string pool, string node, LoanRefusal reason);
}
