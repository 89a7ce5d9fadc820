using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Pool.Actors.Sessions;

namespace Pool.Host.Transport;

/// <summary>Accepts clients on one address and hands them to the door.</summary>
internal sealed partial class ClientListener(
    IPEndPoint address, IReadOnlyList<IPNetwork> proxies, ListenerContext context, SessionAdmission admission, ILogger logger)
{
    private readonly SocketListener _listener = new(address, logger);

    /// <summary>Where it listens, once it has started.</summary>
    public IPEndPoint LocalAddress => _listener.LocalAddress;

    /// <summary>Starts listening, again after a stop; a <see cref="SocketException"/> says why it cannot.</summary>
    public void Start() => _listener.Start(ServeAsync);

    /// <summary>Stops accepting. Sessions that are in stay.</summary>
    public void Stop() => _listener.Stop();

    private async Task ServeAsync(Socket socket)
    {
        var transport = new SocketTransport(socket);
        if (proxies.Count == 0 || !ComesFromProxy(socket))
        {
            await admission.AdmitAsync(transport, context);
            return;
        }

        if (await ReadPreambleAsync(transport, socket) is { } told)
        {
            await admission.AdmitAsync(told, context);
        }
        else
        {
            LogNoProxyHeader(transport.Peer);
            transport.Abort();
        }
    }

    private async ValueTask<Actors.Runtime.Transport?> ReadPreambleAsync(SocketTransport transport, Socket socket)
    {
        using var deadline = new CancellationTokenSource(context.HandshakeTimeout);
        using var abort = deadline.Token.Register(transport.Abort);
        return await ProxyPreamble.ReadAsync(transport, socket);
    }

    private bool ComesFromProxy(Socket socket) =>
        socket.RemoteEndPoint is IPEndPoint { Address: var peer } && proxies.Any(n => n.Contains(peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer));

    [LoggerMessage(3002, LogLevel.Information, "A connection from proxy {peer} did not begin with a PROXY header, version 2")]
    private partial void LogNoProxyHeader(string peer);
}
