using System.Text;
using System.Text.Json;

namespace Pool.Host.Etcd;

/// <summary>Why a call was not answered as it was meant to.</summary>
/// <param name="Kind">What it means.</param>
/// <param name="Text">What happened, without secrets.</param>
internal sealed record EtcdFailure(EtcdFailureKind Kind, string Text)
{
    private const int LongestText = 200;
    private const int Unauthenticated = 16;
    private const int PermissionDenied = 7;
    private const int InvalidArgument = 3;

    /// <summary>Understands what etcd answered instead of what was asked for.</summary>
    public static EtcdFailure Of(int status, ReadOnlySpan<byte> body)
    {
        if (Read(body) is { Message: { } message, Code: var code })
        {
            return new EtcdFailure(KindOf(code, message), message);
        }

        // What the gateway itself refuses is told as plain text.
        var text = Encoding.UTF8.GetString(body[..Math.Min(body.Length, LongestText)]).Trim();
        return new EtcdFailure(status is >= 400 and < 500 ? EtcdFailureKind.Refused : EtcdFailureKind.Unknown, $"HTTP status {status}: {text}");
    }

    // The codes are gRPC's, and say too little: the texts are those of etcd's api/v3rpc/rpctypes/error.go.
    private static EtcdFailureKind KindOf(int code, string message) => message switch
    {
        "etcdserver: invalid auth token" or "etcdserver: user name is empty" or "auth: revision in header is old" => EtcdFailureKind.TokenInvalid,
        "etcdserver: requested lease not found" => EtcdFailureKind.LeaseGone,
        "etcdserver: no leader" or "etcdserver: too many requests" => EtcdFailureKind.NotDone,
        "etcdserver: authentication is not enabled" => EtcdFailureKind.Refused,
        _ => code switch
        {
            Unauthenticated => EtcdFailureKind.TokenInvalid,
            PermissionDenied or InvalidArgument => EtcdFailureKind.Refused,
            _ => EtcdFailureKind.Unknown,
        },
    };

    private static ErrorAnswer? Read(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, EtcdJson.Default.ErrorAnswer);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>What the failure of a call means.</summary>
internal enum EtcdFailureKind
{
    /// <summary>Nothing was done; another member, or the same one later, may do it.</summary>
    NotDone,

    /// <summary>The answer did not come: it was done, or not.</summary>
    Unknown,

    /// <summary>Nothing was done: the token has expired.</summary>
    TokenInvalid,

    /// <summary>Nothing was done: there is no such lease.</summary>
    LeaseGone,

    /// <summary>Nothing was done, nor will it be: etcd or this node is not configured for it.</summary>
    Refused,
}
