using System.Net;
using System.Net.Sockets;

namespace Pool.Live.Tests.Support;

/// <summary>
/// A TCP proxy on loopback that a test can let fail as a network does: fall silent (nothing is closed, nothing comes), refuse, or be slow.
/// </summary>
public sealed class StallingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<int, Gate> _gateOf;
    private readonly (string Host, int Port) _target;
    private Gate _gate = new();

    /// <summary>Listens for connections to a server.</summary>
    /// <param name="target">The server; without a port, the proxy's own port at another address.</param>
    /// <param name="gateOf">Chooses the gate that a connection passes, by the port that it comes from; without it there is one for all.</param>
    public StallingProxy(Uri target, Func<int, Gate>? gateOf = null)
    {
        _gateOf = gateOf ?? (_ => _gate);
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _target = (target.Host, target.Port > 0 ? target.Port : Address.Port);
        _ = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Lets everything fall silent.</summary>
    public void Stall() => _gate.Close();

    /// <summary>Lets the connections that there are fall silent for ever, but not new ones.</summary>
    public void StallOld()
    {
        _gate.Close();
        _gate = new Gate();
    }

    /// <summary>Lets everything go on that <see cref="Stall"/> has stopped.</summary>
    public void GoOn() => _gate.Open();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _ = ServeAsync(client, _gateOf(((IPEndPoint)client.Client.RemoteEndPoint!).Port));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(TcpClient client, Gate gate)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, gate.Refused);
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await gate.PassAsync(end.Token);
                await server.ConnectAsync(_target.Host, _target.Port, end.Token);
                await Task.WhenAny(PumpAsync(client, server, gate, end.Token), PumpAsync(server, client, gate, end.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // The server is gone, or nothing may pass any more.
            }
        }
    }

    private static async Task PumpAsync(TcpClient from, TcpClient to, Gate gate, CancellationToken cancel)
    {
        var buffer = new byte[16 << 10];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, cancel) is > 0 and var read)
            {
                await gate.PassAsync(cancel);
                await to.GetStream().WriteAsync(buffer.AsMemory(0, read), cancel);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // One end is gone, or nothing may pass any more.
        }
    }
}
