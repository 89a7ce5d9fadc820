using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pool.Host.Transport;

namespace Pool.Host.Etcd;

/// <summary>One exchange with one member of an etcd. Thread-safe. Throws nothing but <see cref="OperationCanceledException"/>.</summary>
internal sealed class EtcdHttp : IDisposable
{
    private const int LargestAnswerBytes = 64 << 20;

    // Without a leader a member would keep calls, and watches for ever.
    private const string RequireLeader = "Grpc-Metadata-hasleader";
    private static readonly MediaTypeHeaderValue s_json = new("application/json");

    private readonly TimeSpan _requestTimeout;
    private readonly HttpClient _http;

    public EtcdHttp(EtcdOptions options, EtcdTls? tls)
    {
        _requestTimeout = options.RequestTimeout;
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = options.ConnectTimeout,
            ConnectCallback = ConnectAsync,
        };
        if (tls is not null)
        {
            handler.SslOptions = tls.Options();
        }

        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = LargestAnswerBytes };
    }

    /// <summary>Posts a request and waits for the whole answer.</summary>
    public async Task<(TAnswer? Answer, EtcdFailure? Failure)> PostAsync<TAnswer>(
        Uri endpoint, string path, byte[] body, string? token, JsonTypeInfo<TAnswer> type, CancellationToken cancel)
        where TAnswer : class
    {
        using var message = NewMessage(endpoint, path, body, token);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(_requestTimeout);
        try
        {
            using var answer = await _http.SendAsync(message, deadline.Token);
            var content = await answer.Content.ReadAsByteArrayAsync(deadline.Token);
            return answer.IsSuccessStatusCode
                ? (JsonSerializer.Deserialize(content, type) ?? throw new JsonException(), null)
                : (null, EtcdFailure.Of((int)answer.StatusCode, content));
        }
        catch (HttpRequestException e)
        {
            var neverSent = e.HttpRequestError
                is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError;
            return (null, new EtcdFailure(neverSent ? EtcdFailureKind.NotDone : EtcdFailureKind.Unknown, $"{endpoint.Authority}: {e.Message}"));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return (null, new EtcdFailure(EtcdFailureKind.Unknown, $"{endpoint.Authority} did not answer in time"));
        }
        catch (JsonException)
        {
            return (null, new EtcdFailure(EtcdFailureKind.Unknown, $"{endpoint.Authority} does not answer as etcd does"));
        }
    }

    /// <summary>Posts a request whose answer goes on and on, and waits for its beginning; null if there is none.</summary>
    public async Task<HttpResponseMessage?> BeginAsync(Uri endpoint, string path, byte[] body, string? token, CancellationToken cancel)
    {
        using var message = NewMessage(endpoint, path, body, token);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(_requestTimeout);
        try
        {
            return await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage NewMessage(Uri endpoint, string path, byte[] body, string? token)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, new Uri(endpoint, path)) { Content = new ByteArrayContent(body) };
        message.Content.Headers.ContentType = s_json;
        message.Headers.Add(RequireLeader, "true");
        if (token is not null)
        {
            message.Headers.TryAddWithoutValidation("Authorization", token);
        }

        return message;
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancel).AsTask().ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            KeepAlive.Enable(socket);
            return new ThreadPoolStream(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
