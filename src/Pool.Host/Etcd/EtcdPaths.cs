namespace Pool.Host.Etcd;

/// <summary>The paths of etcd's HTTP gateway.</summary>
internal static class EtcdPaths
{
    public const string Range = "/v3/kv/range";
    public const string Txn = "/v3/kv/txn";
    public const string Watch = "/v3/watch";
    public const string Grant = "/v3/lease/grant";
    public const string KeepAlive = "/v3/lease/keepalive";
    public const string Revoke = "/v3/lease/revoke";
    public const string Authenticate = "/v3/auth/authenticate";
}
