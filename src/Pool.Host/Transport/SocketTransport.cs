using System.Net.Sockets;

namespace Pool.Host.Transport;

/// <summary>
/// A plain TCP connection. Sends go straight to the kernel and become asynchronous only when it has no room, so that a
/// connection at rest owns one receive operation and nothing else.
/// </summary>
public sealed class SocketTransport : Actors.Runtime.Transport
{
    private static readonly TimeSpan s_linger = TimeSpan.FromSeconds(1);
    private readonly Socket _socket;
    private readonly SocketReceiver _receiver = new();
    private readonly string? _peer;
    private volatile bool _sendFailed;
    private int _closed;

    /// <summary>Takes a connected socket over.</summary>
    /// <param name="socket">The socket; owned from here on.</param>
    /// <param name="peer">The peer's address where the socket does not know it (a PROXY header said so); else null.</param>
    public SocketTransport(Socket socket, string? peer = null)
    {
        socket.Blocking = false;
        socket.NoDelay = true;
        _socket = socket;
        _peer = peer;
    }

    /// <inheritdoc/>
    public override string Peer => _peer ?? RemoteAddress ?? "unknown";

    /// <inheritdoc/>
    public override bool IsEncrypted => false;

    /// <inheritdoc/>
    public override bool HasFailed => _sendFailed || _receiver.HasFailed;

    /// <summary>The socket, for what must look at it before the first byte is read.</summary>
    internal Socket Socket => _socket;

    private string? RemoteAddress
    {
        get
        {
            try
            {
                return _socket.RemoteEndPoint?.ToString();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return null;
            }
        }
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer) => _receiver.ReceiveAsync(_socket, buffer);

    /// <inheritdoc/>
    public override ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes)
    {
        int sent;
        try
        {
            sent = _socket.Send(bytes.Span, SocketFlags.None, out var error);
            if (sent == bytes.Length && error == SocketError.Success)
            {
                return ValueTask.FromResult(true);
            }

            if (error is not (SocketError.Success or SocketError.WouldBlock))
            {
                NoteSend(error);
                return ValueTask.FromResult(false);
            }
        }
        catch (ObjectDisposedException)
        {
            NoteSend(SocketError.OperationAborted);
            return ValueTask.FromResult(false);
        }

        return SocketSender.Rent().SendAsync(this, bytes[Math.Max(sent, 0)..]);
    }

    /// <inheritdoc/>
    public override bool HasPendingInput()
    {
        try
        {
            return _socket.Poll(0, SelectMode.SelectRead);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }

    /// <inheritdoc/>
    public override void Abort()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            End();
        }
    }

    /// <inheritdoc/>
    public override void Close()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            _ = LingerAsync();
        }
    }

    /// <summary>Takes note of why a send has failed.</summary>
    internal void NoteSend(SocketError error) => _sendFailed |= !SocketReceiver.IsOfPeer(error);

    // Closing a socket that still has input makes the kernel send a reset, which can overtake the last error on its way to
    // the client: so end our direction first, and read what still comes for a moment.
    private async Task LingerAsync()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
            using var deadline = new CancellationTokenSource(s_linger);
            var scrap = new byte[512];
            while (await _socket.ReceiveAsync(scrap, deadline.Token) > 0)
            {
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
        }
        finally
        {
            End();
        }
    }

    // Disposing a socket with a receive under way sends a reset; after a shutdown there is none under way.
    private void End()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }

        _socket.Dispose();
        _receiver.Dispose();
    }
}
