using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pool.Pbm.Cli;
using Pool.Pbm.Output;

namespace Pool.Pbm.Api;

/// <summary>Talks to the admin port of one node. What goes wrong is an <see cref="AdminFailedException"/> with its exit code.</summary>
internal sealed class AdminClient : IDisposable
{
    // The node itself gives up on other nodes after 12 s at most.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);
    private readonly HttpClient _http;

    /// <summary>A client of the node at an address.</summary>
    public AdminClient(Uri address, string? token)
    {
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(5) }) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        if (token is { Length: > 0 })
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    /// <summary>The address of a node: host and port, or a whole URL where a proxy speaks TLS in front of it.</summary>
    public static Uri AddressOf(string node) =>
        Uri.TryCreate(node.Contains("://", StringComparison.Ordinal) ? node : $"http://{node}", UriKind.Absolute, out var address)
            && address.Scheme is "http" or "https" && address.Host.Length > 0
            && (node.Contains("://", StringComparison.Ordinal) || char.IsAsciiDigit(node[^1]) && node.LastIndexOf(':') > node.LastIndexOf(']'))
            ? address
            : throw new AdminFailedException(ExitCode.Usage, $"{node} is no node: give HOST:PORT");

    /// <summary>Asks for something to look at.</summary>
    public Task<AdminAnswer> GetAsync(string path, IEnumerable<Parameter> arguments, CancellationToken cancel)
    {
        var query = string.Join('&', Given(arguments).Select(a => $"{a.Name}={Uri.EscapeDataString(a.Value!)}"));
        return SendAsync(() => new HttpRequestMessage(HttpMethod.Get, query.Length == 0 ? path : $"{path}?{query}"), cancel);
    }

    /// <summary>Has something done.</summary>
    public Task<AdminAnswer> PostAsync(string path, IEnumerable<Parameter> arguments, CancellationToken cancel)
    {
        var body = new JsonObject(Given(arguments).Select(a => KeyValuePair.Create(a.Name, (JsonNode?)a.Value))).ToJsonString();
        return SendAsync(
            () => new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") }, cancel);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<AdminAnswer> SendAsync(Func<HttpRequestMessage> request, CancellationToken cancel)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(s_patience);
        try
        {
            using var message = request();
            using var response = await _http.SendAsync(message, deadline.Token);
            var text = await response.Content.ReadAsStringAsync(deadline.Token);
            return response.IsSuccessStatusCode ? AdminAnswer.Parse(text) : throw Failure(response.StatusCode, text, hasToken: _http.DefaultRequestHeaders.Authorization is not null);
        }
        catch (HttpRequestException e)
        {
            throw Unreachable(e.InnerException?.Message ?? e.Message);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw Unreachable($"no answer within {s_patience.TotalSeconds} s");
        }
        catch (JsonException)
        {
            throw Unreachable("its answer is not that of a Pool node");
        }
    }

    private AdminFailedException Unreachable(string why) =>
        new(ExitCode.Unreachable, $"the node at {_http.BaseAddress!.Authority} cannot be reached: {why}");

    private static AdminFailedException Failure(HttpStatusCode status, string text, bool hasToken)
    {
        if (status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            return new(
                ExitCode.NotAllowed,
                hasToken ? "the node has another admin token than the one that was given" : $"the node wants its admin token: put it into {CommonOptions.TokenVariable}, or give --token-file");
        }

        var (detail, remedy) = Describe(text);
        return new(
            status == HttpStatusCode.BadGateway ? ExitCode.Unreachable : ExitCode.Failed,
            detail is null ? $"the node answered {(int)status}" : $"{detail}; {remedy}");
    }

    private static (string? Detail, string? Remedy) Describe(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? (document.RootElement.Text("detail"), document.RootElement.Text("remedy"))
                : default;
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private static IEnumerable<Parameter> Given(IEnumerable<Parameter> arguments) => arguments.Where(a => a.Value is not null);
}
