using System.Text.Json.Serialization;

namespace Pool.Host.Etcd;

// The messages of etcd's API v3, as far as they are used, in the form that its HTTP gateway gives them: bytes in base64, 64-bit numbers as
// strings, and what has its default value left out. See https://etcd.io/docs/v3.4/dev-guide/api_reference_v3/. What etcd never leaves out is
// required, so that JSON of somebody else's is no answer.

/// <summary>What every answer begins with.</summary>
internal sealed record EtcdHeader(long Revision);

/// <summary>Reads the keys from one to before another.</summary>
internal sealed record RangeRequest(byte[] Key, byte[] RangeEnd);

/// <summary>The entries that were read.</summary>
internal sealed record RangeAnswer([property: JsonRequired] EtcdHeader Header, IReadOnlyList<KeyValue>? Kvs);

/// <summary>An entry.</summary>
internal readonly record struct KeyValue([property: JsonRequired] byte[] Key, byte[]? Value, long CreateRevision, long ModRevision, long Lease);

/// <summary>Changes that depend on conditions.</summary>
internal sealed record TxnRequest(IReadOnlyList<Compare> Compare, IReadOnlyList<RequestOp> Success);

/// <summary>A condition: an entry's mod revision, 0 for no entry.</summary>
internal sealed record Compare(byte[] Key, long ModRevision)
{
    public string Target { get; } = "MOD";
}

/// <summary>One change.</summary>
internal sealed record RequestOp(PutRequest? RequestPut, DeleteRequest? RequestDeleteRange);

/// <summary>Writes an entry.</summary>
internal sealed record PutRequest(byte[] Key, byte[] Value, long Lease);

/// <summary>Deletes an entry.</summary>
internal sealed record DeleteRequest(byte[] Key);

/// <summary>Whether the conditions were met and the changes made.</summary>
internal sealed record TxnAnswer([property: JsonRequired] EtcdHeader Header, bool Succeeded);

/// <summary>Begins a lease.</summary>
internal sealed record GrantRequest([property: JsonPropertyName("TTL")] long Ttl);

/// <summary>Names a lease.</summary>
internal sealed record LeaseRequest([property: JsonPropertyName("ID")] long Id);

/// <summary>A lease and the seconds that it lives; 0, as nothing is said of them, if there is no such lease.</summary>
internal sealed record LeaseAnswer([property: JsonPropertyName("ID"), JsonRequired] long Id, [property: JsonPropertyName("TTL")] long Ttl);

/// <summary>A message of a stream: a result or an error.</summary>
internal sealed record KeepAliveMessage(LeaseAnswer? Result);

/// <summary>Begins a watch.</summary>
internal sealed record WatchRequest(WatchCreateRequest CreateRequest);

/// <summary>What is watched, and from which revision on.</summary>
internal sealed record WatchCreateRequest(byte[] Key, byte[] RangeEnd, long StartRevision);

/// <summary>A message of a watch's stream: a result or an error.</summary>
internal sealed record WatchMessage(WatchAnswer? Result);

/// <summary>What a watch tells.</summary>
internal sealed record WatchAnswer(bool Canceled, IReadOnlyList<WatchEvent>? Events);

/// <summary>A change. What changed is read.</summary>
internal sealed record WatchEvent;

/// <summary>Asks for a token.</summary>
internal sealed record AuthenticateRequest(string Name, string Password);

/// <summary>The token.</summary>
internal sealed record AuthenticateAnswer(string? Token);

/// <summary>Nothing that matters.</summary>
internal sealed record IgnoredAnswer;

/// <summary>Why something was not done.</summary>
internal sealed record ErrorAnswer(int Code, string? Message);
