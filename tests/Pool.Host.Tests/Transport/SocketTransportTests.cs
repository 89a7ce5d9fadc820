using System.Net;
using System.Net.Sockets;
using Pool.Host.Transport;

namespace Pool.Host.Tests.Transport;

public sealed class SocketTransportTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_transport_that_was_aborted_receives_nothing_and_throws_nothing()
    {
        var (transport, peer) = await ConnectAsync();
        using var _ = peer;
        transport.Abort();
        Assert.Equal(0, await transport.ReceiveAsync(new byte[16]));
        Assert.False(await transport.SendAsync(new byte[16]));
        Assert.True(transport.HasPendingInput());
        transport.Abort();
        transport.Close();
    }

    [Fact]
    public async Task Aborting_with_a_receive_under_way_sends_no_reset()
    {
        var (transport, peer) = await ConnectAsync();
        using var _ = peer;
        var receiving = transport.ReceiveAsync(new byte[16]).AsTask();
        Assert.False(receiving.IsCompleted);
        transport.Abort();
        Assert.Equal(0, await receiving.WaitAsync(s_patience));
        Assert.Equal(0, await peer.ReceiveAsync(new byte[16]).WaitAsync(s_patience));
    }

    [Fact]
    public async Task What_the_peer_does_to_a_stream_is_no_failure_of_it()
    {
        var (ended, peer) = await ConnectAsync();
        peer.Dispose();
        Assert.Equal(0, await ended.ReceiveAsync(new byte[16]));
        Assert.False(ended.HasFailed);

        var (reset, other) = await ConnectAsync();
        other.LingerState = new LingerOption(true, 0);
        other.Dispose();
        Assert.Equal(0, await reset.ReceiveAsync(new byte[16]));
        Assert.False(reset.HasFailed);
        ended.Abort();
        reset.Abort();
    }

    [Fact]
    public async Task A_stream_that_was_cut_off_here_has_failed()
    {
        var (transport, peer) = await ConnectAsync();
        using var _ = peer;
        var receiving = transport.ReceiveAsync(new byte[16]).AsTask();
        transport.Abort();
        await receiving.WaitAsync(s_patience);
        Assert.Equal(0, await transport.ReceiveAsync(new byte[16]));
        Assert.True(transport.HasFailed);
    }

    private static async Task<(SocketTransport Transport, Socket Peer)> ConnectAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var accepting = listener.AcceptSocketAsync();
        await peer.ConnectAsync(listener.LocalEndpoint);
        return (new SocketTransport(await accepting), peer);
    }
}
