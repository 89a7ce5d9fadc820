using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Pool.Host.Admin.Api;

/// <summary>A request that is not served: nothing was changed by it, unless it may have come to a node that could not answer.</summary>
public sealed class AdminRefusedException : Exception
{
    private readonly string _error;
    private readonly string _remedy;

    private AdminRefusedException(int status, string error, string detail, string remedy)
        : base(detail) => (Status, _error, _remedy) = (status, error, remedy);

    /// <summary>The status of the answer.</summary>
    public int Status { get; }

    /// <summary>What the asker is told.</summary>
    public AdminReply Reply => new(Status, new JsonObject { ["error"] = _error, ["detail"] = Message, ["remedy"] = _remedy });

    /// <summary>The request makes no sense.</summary>
    public static AdminRefusedException Malformed(string detail, string remedy) => new(StatusCodes.Status400BadRequest, "malformed", detail, remedy);

    /// <summary>What it is about is not there.</summary>
    public static AdminRefusedException NotFound(string detail, string remedy) => new(StatusCodes.Status404NotFound, "not-found", detail, remedy);

    /// <summary>The path is there, but not for this method.</summary>
    public static AdminRefusedException WrongMethod(string detail, string remedy) => new(StatusCodes.Status405MethodNotAllowed, "wrong-method", detail, remedy);

    /// <summary>It cannot be done in the state that things are in.</summary>
    public static AdminRefusedException Conflict(string detail, string remedy) => new(StatusCodes.Status409Conflict, "conflict", detail, remedy);

    /// <summary>The node is no member of its cluster yet.</summary>
    public static AdminRefusedException NotJoined(string detail) =>
        new(StatusCodes.Status503ServiceUnavailable, "not-joined", detail, "look at the node's log, and whether etcd can be reached");

    /// <summary>The node that it is about cannot be reached.</summary>
    public static AdminRefusedException Unreachable(string detail) =>
        new(StatusCodes.Status502BadGateway, "unreachable", detail, "look at that node, or wait until the cluster has found it lost");
}
