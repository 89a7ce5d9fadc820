using Microsoft.Extensions.Logging;

namespace Pool.Actors.Cluster.Peers;

/// <summary>What is logged of connections between nodes. Nothing of what they carry.</summary>
internal static partial class PeerLog
{
    [LoggerMessage(5001, LogLevel.Warning, "A peer connection from {address} was refused: {fault}. It said that it is node '{node}', incarnation {incarnation}, of cluster '{cluster}'")]
    public static partial void Refused(ILogger logger, string address, PeerFault fault, string node, string incarnation, string cluster);

    [LoggerMessage(5002, LogLevel.Information, "A peer connection from {address} did not say who it is: {fault}")]
    public static partial void NoHello(ILogger logger, string address, PeerFault fault);

    [LoggerMessage(5003, LogLevel.Warning, "Node {node} cannot be talked to: {failure}")]
    public static partial void Failed(ILogger logger, string node, string failure);

    [LoggerMessage(5004, LogLevel.Error, "Answering a question of kind {kind} of node {node} failed")]
    public static partial void AnswerFailed(ILogger logger, string kind, string node, Exception exception);

    [LoggerMessage(5005, LogLevel.Error, "Serving a peer connection failed")]
    public static partial void ServeFailed(ILogger logger, Exception exception);
}
