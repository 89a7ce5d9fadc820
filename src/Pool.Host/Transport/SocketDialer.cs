using System.Net;
using System.Net.Sockets;
using Pool.Actors.Runtime;

namespace Pool.Host.Transport;

/// <summary>Connects over TCP. The name is resolved at every call, so that a moved server is found.</summary>
public sealed class SocketDialer : IDialer
{
    /// <inheritdoc/>
    public async ValueTask<DialResult> DialAsync(string host, int port, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (IPAddress.TryParse(host, out var address))
            {
                socket.Dispose();
                socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(address, port, cancel);
            }
            else
            {
                await socket.ConnectAsync(await Dns.GetHostAddressesAsync(host, cancel), port, cancel);
            }

            KeepAlive.Enable(socket);
            return new DialResult(new SocketTransport(socket), null);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            return new DialResult(null, e is SocketException s ? s.SocketErrorCode.ToString() : "timed out");
        }
    }
}
