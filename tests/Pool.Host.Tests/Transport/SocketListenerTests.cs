using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Pool.Host.Transport;

namespace Pool.Host.Tests.Transport;

public sealed class SocketListenerTests
{
    [Fact]
    public void Who_is_second_on_a_port_is_told_that_it_is_taken_and_which_one_that_is()
    {
        var first = Start(new SocketListener(new IPEndPoint(IPAddress.Loopback, 0), NullLogger.Instance));
        var second = new SocketListener(first.LocalAddress, NullLogger.Instance);
        var refusal = Assert.Throws<SocketException>(() => Start(second));
        Assert.Equal(SocketError.AddressAlreadyInUse, refusal.SocketErrorCode);
        Assert.Equal($"{first.LocalAddress}: Address already in use", refusal.Message);
        first.Stop();
    }

    [Fact]
    public async Task A_port_can_be_listened_on_again_at_once_while_its_connections_are_open_and_closing()
    {
        var accepted = new TaskCompletionSource<Socket>();
        var listener = new SocketListener(new IPEndPoint(IPAddress.Loopback, 0), NullLogger.Instance);
        listener.Start(socket =>
        {
            accepted.TrySetResult(socket);
            return Task.CompletedTask;
        });
        using var open = await ConnectAsync(listener);
        var closing = await accepted.Task;
        listener.Stop();
        Start(listener).Stop();

        // Its side closes first, so that it is the one that waits.
        closing.Dispose();
        Assert.Equal(0, await open.ReceiveAsync(new byte[1]));
        open.Dispose();
        Start(listener).Stop();
    }

    private static SocketListener Start(SocketListener listener)
    {
        listener.Start(static socket =>
        {
            socket.Dispose();
            return Task.CompletedTask;
        });
        return listener;
    }

    private static async Task<Socket> ConnectAsync(SocketListener listener)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(listener.LocalAddress);
        return socket;
    }
}
