using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Pool.Host.Transport;

/// <summary>Accepts connections on one address and hands each to whoever serves it.</summary>
public sealed partial class SocketListener(IPEndPoint address, ILogger logger)
{
    // Enough for a fleet that starts all at once; the kernel cuts it to net.core.somaxconn.
    private const int Backlog = 4096;
    private static readonly TimeSpan s_exhaustedPause = TimeSpan.FromMilliseconds(100);
    private IPEndPoint _address = address;
    private Socket? _socket;

    /// <summary>Where it listens, once it has started.</summary>
    public IPEndPoint LocalAddress => _address;

    /// <summary>Starts listening, again after a stop; a <see cref="SocketException"/> says why it cannot.</summary>
    /// <param name="serve">Serves one connection, whose socket is its own.</param>
    public void Start(Func<Socket, Task> serve)
    {
        var socket = new Socket(_address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // Not with ReuseAddress: .NET's also lets another process of the same user listen here, and the two share the clients. A port
            // with connections in TIME_WAIT can be bound without it.
            socket.Bind(_address);
            socket.Listen(Backlog);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new SocketException((int)e.SocketErrorCode, $"{_address}: {e.Message}");
        }

        // A port that the system chose stays the same.
        _address = (IPEndPoint)socket.LocalEndPoint!;
        _socket = socket;
        _ = AcceptAsync(socket, serve);
    }

    /// <summary>Stops accepting. Connections that are open stay.</summary>
    public void Stop() => _socket?.Dispose();

    private async Task AcceptAsync(Socket listening, Func<Socket, Task> serve)
    {
        while (true)
        {
            try
            {
                _ = ServeAsync(await listening.AcceptAsync(), serve);
            }
            catch (Exception e) when (e is ObjectDisposedException || e is SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
            {
                // Closing connections give some back.
                LogAcceptFailed(e.SocketErrorCode);
                await Task.Delay(s_exhaustedPause);
            }
            catch (SocketException e)
            {
                // The other side has left before it was accepted.
                LogAcceptLost(e.SocketErrorCode);
            }
        }
    }

    private async Task ServeAsync(Socket socket, Func<Socket, Task> serve)
    {
        try
        {
            KeepAlive.Enable(socket);
            await serve(socket);
        }
        catch (Exception e)
        {
            // The one place where a fault of one connection must not end the accept loop's process.
            LogFailed(e);
            socket.Dispose();
        }
    }

    [LoggerMessage(3001, LogLevel.Error, "Accepting a connection failed: {error}")]
    private partial void LogAcceptFailed(SocketError error);

    [LoggerMessage(3004, LogLevel.Debug, "A client left before it was accepted: {error}")]
    private partial void LogAcceptLost(SocketError error);

    [LoggerMessage(3003, LogLevel.Error, "Serving a new connection failed")]
    private partial void LogFailed(Exception exception);
}
