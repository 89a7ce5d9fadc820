using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace Pool.Host.Transport;

/// <summary>
/// A send that did not fit into the kernel's buffer. Such sends are rare compared to connections, so these objects are lent
/// to a connection for as long as it waits and not owned by it.
/// </summary>
internal sealed class SocketSender : SocketAsyncEventArgs, IValueTaskSource<bool>
{
    private const int MaxKept = 256;
    private static readonly ConcurrentQueue<SocketSender> s_free = [];
    private ManualResetValueTaskSourceCore<bool> _pending;
    private SocketTransport? _transport;
    private ReadOnlyMemory<byte> _left;

    private SocketSender()
        : base(true)
    {
    }

    /// <summary>A sender for one <see cref="SendAsync"/>; it goes back by itself when the result has been taken.</summary>
    public static SocketSender Rent() => s_free.TryDequeue(out var kept) ? kept : new SocketSender();

    /// <summary>Sends all of <paramref name="bytes"/>; false when the socket has failed.</summary>
    public ValueTask<bool> SendAsync(SocketTransport transport, ReadOnlyMemory<byte> bytes)
    {
        _transport = transport;
        _left = bytes;
        _pending.Reset();
        var token = _pending.Version;
        Continue();
        return new ValueTask<bool>(this, token);
    }

    /// <inheritdoc/>
    public bool GetResult(short token)
    {
        var sent = _pending.GetResult(token);
        _transport = null;
        _left = default;
        SetBuffer(default);
        if (s_free.Count < MaxKept)
        {
            s_free.Enqueue(this);
        }

        return sent;
    }

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => _pending.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _pending.OnCompleted(continuation, state, token, flags);

    /// <inheritdoc/>
    protected override void OnCompleted(SocketAsyncEventArgs e)
    {
        if (Advance())
        {
            Continue();
        }
    }

    private void Continue()
    {
        try
        {
            do
            {
                SetBuffer(System.Runtime.InteropServices.MemoryMarshal.AsMemory(_left));
                if (_transport!.Socket.SendAsync(this))
                {
                    return;
                }
            }
            while (Advance());
        }
        catch (ObjectDisposedException)
        {
            _transport!.NoteSend(SocketError.OperationAborted);
            _pending.SetResult(false);
        }
    }

    // True while there is more to send.
    private bool Advance()
    {
        if (SocketError != SocketError.Success)
        {
            _transport!.NoteSend(SocketError);
            _pending.SetResult(false);
            return false;
        }

        _left = _left[BytesTransferred..];
        if (_left.IsEmpty)
        {
            _pending.SetResult(true);
            return false;
        }

        return true;
    }
}
