using System.Net.Sockets;
using Pool.Wire;
using Pool.Wire.Handshake;

namespace Pool.Host.Transport;

/// <summary>Reads the PROXY header that a trusted load balancer sends before the client's first byte.</summary>
internal static class ProxyPreamble
{
    /// <summary>The same stream, under the name of the client that the header tells; null if there is no proper header.</summary>
    public static async ValueTask<SocketTransport?> ReadAsync(SocketTransport transport, Socket socket)
    {
        var bytes = new byte[ProxyHeader.MaxLength];
        if (!await FillAsync(transport, bytes.AsMemory(0, ProxyHeader.FixedLength))
            || ProxyHeader.TryReadLength(bytes, out var length) != WireFault.None
            || !await FillAsync(transport, bytes.AsMemory(ProxyHeader.FixedLength, length - ProxyHeader.FixedLength))
            || ProxyHeader.TryRead(bytes.AsSpan(0, length), out var header) != WireFault.None)
        {
            return null;
        }

        return header.Client is { } client ? new SocketTransport(socket, client.ToString()) : transport;
    }

    // Not a byte more than the header: what follows is the client's, perhaps of its TLS.
    private static async ValueTask<bool> FillAsync(SocketTransport transport, Memory<byte> room)
    {
        while (room.Length > 0)
        {
            var received = await transport.ReceiveAsync(room);
            if (received == 0)
            {
                return false;
            }

            room = room[received..];
        }

        return true;
    }
}
