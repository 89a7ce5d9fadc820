using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace Pool.Host.Transport;

/// <summary>The one receive that a socket can have under way, reused for all of them, so that receiving allocates nothing.</summary>
internal sealed class SocketReceiver : SocketAsyncEventArgs, IValueTaskSource<int>
{
    private ManualResetValueTaskSourceCore<int> _pending;

    public SocketReceiver()
        : base(true)
    {
    }

    /// <summary>True once a receive has ended in something that the peer did not do. The kernel says so once, and afterwards only that there is an end.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>True for what a peer does to a stream: nothing, its end, its reset.</summary>
    public static bool IsOfPeer(SocketError error) =>
        error is SocketError.Success or SocketError.ConnectionReset or SocketError.Shutdown;

    /// <summary>Bytes received; 0 for the end or a failure.</summary>
    public ValueTask<int> ReceiveAsync(Socket socket, Memory<byte> buffer)
    {
        _pending.Reset();
        try
        {
            // Throws as the socket does when somebody has aborted the transport before.
            SetBuffer(buffer);
            return socket.ReceiveAsync(this)
                ? new ValueTask<int>(this, _pending.Version)
                : ValueTask.FromResult(Take());
        }
        catch (ObjectDisposedException)
        {
            HasFailed = true;
            return ValueTask.FromResult(0);
        }
    }

    /// <inheritdoc/>
    public int GetResult(short token) => _pending.GetResult(token);

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => _pending.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _pending.OnCompleted(continuation, state, token, flags);

    /// <inheritdoc/>
    protected override void OnCompleted(SocketAsyncEventArgs e) => _pending.SetResult(Take());

    private int Take()
    {
        HasFailed |= !IsOfPeer(SocketError);
        return SocketError == SocketError.Success ? BytesTransferred : 0;
    }
}
