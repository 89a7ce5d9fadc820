using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Pool.Actors.Sessions;

namespace Pool.Host.Transport;

/// <summary>Accepts clients on one address and hands them to the door.</summary>
internal sealed partial class ClientListener(
    IPEndPoint address, IReadOnlyList<IPNetwork> proxies, ListenerContext context, SessionAdmission admission, ILogger logger)
{
    // Enough for a fleet that starts all at once; the kernel cuts it to net.core.somaxconn.
    private const int Backlog = 4096;
    private static readonly TimeSpan s_exhaustedPause = TimeSpan.FromMilliseconds(100);
    private readonly Socket _socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);

    /// <summary>Where it listens, once it has started.</summary>
    public IPEndPoint LocalAddress => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>Starts listening; a <see cref="SocketException"/> says why it cannot.</summary>
    public void Start()
    {
        _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _socket.Bind(address);
        _socket.Listen(Backlog);
        _ = AcceptAsync();
    }

    /// <summary>Stops accepting. Sessions that are in stay.</summary>
    public void Stop() => _socket.Dispose();

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                _ = ServeAsync(await _socket.AcceptAsync());
            }
            catch (Exception e) when (e is ObjectDisposedException || e is SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
            {
                // Closing sessions give some back.
                LogAcceptFailed(e.SocketErrorCode);
                await Task.Delay(s_exhaustedPause);
            }
            catch (SocketException e)
            {
                // The client has left before it was accepted.
                LogAcceptLost(e.SocketErrorCode);
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            KeepAlive.Enable(socket);
            var transport = new SocketTransport(socket);
            if (proxies.Count == 0 || !ComesFromProxy(socket))
            {
                await admission.AdmitAsync(transport, context);
                return;
            }

            using var deadline = new CancellationTokenSource(context.HandshakeTimeout);
            using var abort = deadline.Token.Register(transport.Abort);
            if (await ProxyPreamble.ReadAsync(transport, socket) is { } told)
            {
                await admission.AdmitAsync(told, context);
            }
            else
            {
                LogNoProxyHeader(transport.Peer);
                transport.Abort();
            }
        }
        catch (Exception e)
        {
            // The one place where a fault of one connection must not end the accept loop's process.
            LogFailed(e);
            socket.Dispose();
        }
    }

    private bool ComesFromProxy(Socket socket) =>
        socket.RemoteEndPoint is IPEndPoint { Address: var peer } && proxies.Any(n => n.Contains(peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer));

    [LoggerMessage(3001, LogLevel.Error, "Accepting a client failed: {error}")]
    private partial void LogAcceptFailed(SocketError error);

    [LoggerMessage(3004, LogLevel.Debug, "A client left before it was accepted: {error}")]
    private partial void LogAcceptLost(SocketError error);

    [LoggerMessage(3002, LogLevel.Information, "A connection from proxy {peer} did not begin with a PROXY header, version 2")]
    private partial void LogNoProxyHeader(string peer);

    [LoggerMessage(3003, LogLevel.Error, "Serving a new connection failed")]
    private partial void LogFailed(Exception exception);
}
