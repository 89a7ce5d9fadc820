using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pool.Host.Etcd;

/// <summary>
/// Calls etcd through its HTTP gateway: the member that answered last, and the next one when it does not. Logs in when it has to.
/// Thread-safe. Throws nothing but <see cref="OperationCanceledException"/>.
/// </summary>
internal sealed class EtcdClient(EtcdOptions options, EtcdTls? tls) : IDisposable
{
    private readonly EtcdOptions _options = options;
    private readonly EtcdHttp _http = new(options, tls);
    private readonly SemaphoreSlim _loggingIn = new(1);
    private volatile int _preferred;

    /// <summary>The token that other calls to the same etcd may use.</summary>
    public EtcdToken Token { get; } = new();

    /// <summary>Calls, and waits for the answer.</summary>
    /// <param name="path">What is called.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="requestType">How the request is written.</param>
    /// <param name="answerType">How the answer is read.</param>
    /// <param name="repeatable">True if it does no harm to ask again when the answer did not come.</param>
    /// <param name="cancel">Ends the call.</param>
    public async Task<(TAnswer? Answer, EtcdFailure? Failure)> CallAsync<TRequest, TAnswer>(
        string path, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TAnswer> answerType, bool repeatable, CancellationToken cancel)
        where TAnswer : class
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(request, requestType);
        var failure = await LoggedInAsync(stale: null, cancel);
        var hasLoggedInAgain = false;
        for (var tried = 0; failure is null && tried < _options.Endpoints.Count;)
        {
            var (endpoint, token) = (_preferred, Token.Current);
            (var answer, failure) = await _http.PostAsync(_options.Endpoints[endpoint], path, body, token, answerType, cancel);
            switch (failure?.Kind)
            {
                case null:
                    return (answer, null);
                case EtcdFailureKind.TokenInvalid when _options.User is not null && !hasLoggedInAgain:
                    hasLoggedInAgain = true;
                    failure = await LoggedInAsync(token, cancel);
                    break;
                case EtcdFailureKind.NotDone:
                case EtcdFailureKind.Unknown when repeatable:
                    Leave(endpoint);
                    failure = ++tried < _options.Endpoints.Count ? null : failure;
                    break;
                case EtcdFailureKind.Unknown:
                    Leave(endpoint);
                    return (null, failure);
                default:
                    return (null, failure);
            }
        }

        return (null, failure);
    }

    /// <summary>Calls, and reads what comes back message by message, until the stream ends, whyever.</summary>
    public async IAsyncEnumerable<TMessage> StreamAsync<TRequest, TMessage>(
        string path, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TMessage> messageType, [EnumeratorCancellation] CancellationToken cancel)
        where TMessage : class
    {
        var endpoint = _preferred;
        using var answer = await _http.BeginAsync(
            _options.Endpoints[endpoint], path, JsonSerializer.SerializeToUtf8Bytes(request, requestType), Token.Current, cancel);
        if (answer is null)
        {
            Leave(endpoint);
            yield break;
        }

        await using var stream = await answer.Content.ReadAsStreamAsync(cancel);
        await using var messages = JsonSerializer.DeserializeAsyncEnumerable(stream, messageType, topLevelValues: true, cancel).GetAsyncEnumerator(cancel);
        while (await NextAsync(messages) is { } next)
        {
            yield return next;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _loggingIn.Dispose();
    }

    private static async Task<TMessage?> NextAsync<TMessage>(IAsyncEnumerator<TMessage?> messages)
        where TMessage : class
    {
        try
        {
            return await messages.MoveNextAsync() ? messages.Current : null;
        }
        catch (Exception e) when (e is JsonException or IOException or HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>Logs in if that is needed and nobody has meanwhile; null, or why it failed.</summary>
    private async Task<EtcdFailure?> LoggedInAsync(string? stale, CancellationToken cancel)
    {
        if (_options.User is not { } user || Token.Current != stale)
        {
            return null;
        }

        await _loggingIn.WaitAsync(cancel);
        try
        {
            EtcdFailure? failure = null;
            var body = JsonSerializer.SerializeToUtf8Bytes(
                new AuthenticateRequest(user, _options.Password() ?? ""), EtcdJson.Default.AuthenticateRequest);
            for (var tried = 0; Token.Current == stale && tried < _options.Endpoints.Count; tried++)
            {
                var endpoint = _preferred;
                (var answer, failure) = await _http.PostAsync(
                    _options.Endpoints[endpoint], EtcdPaths.Authenticate, body, null, EtcdJson.Default.AuthenticateAnswer, cancel);
                if (answer?.Token is { Length: > 0 } token)
                {
                    Token.Current = token;
                    return null;
                }

                if (failure is { Kind: EtcdFailureKind.Refused })
                {
                    break;
                }

                Leave(endpoint);
            }

            // What could not be logged in for has not been done.
            return Token.Current != stale ? null : new EtcdFailure(
                failure is { Kind: EtcdFailureKind.Refused } ? EtcdFailureKind.Refused : EtcdFailureKind.NotDone,
                $"the login of user {user} failed: {failure?.Text}");
        }
        finally
        {
            _loggingIn.Release();
        }
    }

    private void Leave(int endpoint)
    {
        // Whoever is second finds that somebody has left it already.
        Interlocked.CompareExchange(ref _preferred, (endpoint + 1) % _options.Endpoints.Count, endpoint);
    }
}
