using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pool.Host.Etcd;

/// <summary>Renews one lease, with blocking I/O, at whichever member answers. For one thread.</summary>
internal sealed class EtcdRenewal(long id, EtcdOptions options, EtcdToken token, EtcdTls? tls, TimeSpan timeout) : IDisposable
{
    private readonly byte[] _request = JsonSerializer.SerializeToUtf8Bytes(new LeaseRequest(id), EtcdJson.Default.LeaseRequest);
    private readonly BlockingHttp[] _members = [.. options.Endpoints.Select(e => new BlockingHttp(e, tls, timeout))];
    private int _preferred;

    /// <summary>Tries once, with one member; another one is next if it fails. An answer without a time to live says that the lease is gone.</summary>
    public (LeaseAnswer? Answer, string? Problem) Try()
    {
        var used = token.Current;
        var (message, failure) = Post(EtcdPaths.KeepAlive, used, _request, EtcdJson.Default.KeepAliveMessage);
        if (failure?.Kind == EtcdFailureKind.TokenInvalid && options.User is { } user)
        {
            var login = JsonSerializer.SerializeToUtf8Bytes(
                new AuthenticateRequest(user, options.Password() ?? ""), EtcdJson.Default.AuthenticateRequest);
            (var answer, failure) = Post(EtcdPaths.Authenticate, null, login, EtcdJson.Default.AuthenticateAnswer);
            if (answer?.Token is { Length: > 0 } fresh)
            {
                token.Current = fresh;
                (message, failure) = Post(EtcdPaths.KeepAlive, fresh, _request, EtcdJson.Default.KeepAliveMessage);
            }
        }

        if (message?.Result is { } renewed)
        {
            return (renewed, null);
        }

        _preferred = (_preferred + 1) % _members.Length;
        return (null, failure?.Text ?? "etcd answered with an error");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var member in _members)
        {
            member.Dispose();
        }
    }

    private (T? Answer, EtcdFailure? Failure) Post<T>(string path, string? authorization, byte[] body, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            var (status, content) = _members[_preferred].Post(path, authorization, body);
            return status == 200 ? (JsonSerializer.Deserialize(content, type), null) : (null, EtcdFailure.Of(status, content));
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return (null, new EtcdFailure(EtcdFailureKind.Unknown, $"{options.Endpoints[_preferred].Authority}: {e.Message}"));
        }
    }
}
