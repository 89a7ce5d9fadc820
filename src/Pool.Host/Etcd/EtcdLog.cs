using Microsoft.Extensions.Logging;

namespace Pool.Host.Etcd;

/// <summary>What is logged of etcd.</summary>
internal static partial class EtcdLog
{
    [LoggerMessage(5001, LogLevel.Warning, "etcd cannot be used: {problem}")]
    public static partial void Unavailable(ILogger logger, string problem);

    [LoggerMessage(5002, LogLevel.Information, "etcd can be used again")]
    public static partial void Available(ILogger logger);

    [LoggerMessage(5003, LogLevel.Warning, "Lease {id} could not be renewed, and is tried again and again: {problem}")]
    public static partial void NotRenewed(ILogger logger, long id, string problem);

    [LoggerMessage(5004, LogLevel.Warning, "Lease {id} is gone: etcd has let it expire, or it was revoked")]
    public static partial void LeaseGone(ILogger logger, long id);

    [LoggerMessage(5005, LogLevel.Information, "Lease {id} is renewed again")]
    public static partial void RenewedAgain(ILogger logger, long id);
}
