using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pool.Host.Tests.Etcd;

/// <summary>What <see cref="FakeGateway"/> was asked.</summary>
/// <param name="Path">The path.</param>
/// <param name="Body">The JSON.</param>
/// <param name="Authorization">The token; null for none.</param>
internal sealed record GatewayRequest(string Path, string Body, string? Authorization);

/// <summary>A server on loopback that answers as etcd's HTTP gateway might, on a bad day as well.</summary>
internal sealed class FakeGateway : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<TcpClient> _clients = [];
    private readonly Func<GatewayRequest, string?> _answer;

    /// <summary>Listens.</summary>
    /// <param name="answer">The bytes of the answer to a request; null to say nothing, empty to close the connection.</param>
    public FakeGateway(Func<GatewayRequest, string?> answer)
    {
        _answer = answer;
        _listener.Start();
        _ = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public ConcurrentQueue<GatewayRequest> Requests { get; } = [];

    /// <summary>A whole answer.</summary>
    public static string Json(string body, int status = 200) =>
        $"HTTP/1.1 {status} Something\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    /// <summary>A whole answer in chunks.</summary>
    public static string Chunked(params string[] chunks) =>
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + string.Concat(chunks.Select(c => $"{Encoding.UTF8.GetByteCount(c):x}\r\n{c}\r\n")) + "0\r\n\r\n";

    /// <summary>An error of etcd's.</summary>
    public static string Error(int code, string message) => Json($$"""{"error":"{{message}}","message":"{{message}}","code":{{code}}}""", 400);

    public void Dispose()
    {
        _listener.Stop();
        foreach (var client in _clients)
        {
            client.Dispose();
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                _clients.Add(client);
                _ = ServeAsync(client.GetStream());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1, false, 1, leaveOpen: true);
        try
        {
            while (await ReadAsync(reader) is { } request)
            {
                Requests.Enqueue(request);
                if (_answer(request) is not { } answer)
                {
                    continue;
                }

                if (answer.Length == 0)
                {
                    break;
                }

                await stream.WriteAsync(Encoding.UTF8.GetBytes(answer));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The client is gone, or the test is over.
        }

        await stream.DisposeAsync();
    }

    private static async Task<GatewayRequest?> ReadAsync(StreamReader reader)
    {
        if (await reader.ReadLineAsync() is not { } first)
        {
            return null;
        }

        var (length, authorization) = (0, (string?)null);
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
        {
            length = line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase) ? int.Parse(line[16..]) : length;
            authorization = line.StartsWith("Authorization: ", StringComparison.OrdinalIgnoreCase) ? line[15..] : authorization;
        }

        var body = new char[length];
        await reader.ReadBlockAsync(body);
        return new GatewayRequest(first.Split(' ')[1], new string(body), authorization);
    }
}
