using System.Runtime.CompilerServices;

namespace Pool.Host.Transport;

/// <summary>
/// A transport as the stream that TLS wants under it. While the handshake lasts, what comes in continues on the thread pool:
/// certificates are selected and verified on whichever thread the bytes arrive, and that must not be an I/O thread.
/// </summary>
internal sealed class TransportStream(Actors.Runtime.Transport transport, ReadOnlyMemory<byte> alreadyReceived) : Stream
{
    private ReadOnlyMemory<byte> _received = alreadyReceived;

    /// <summary>True until the handshake is over.</summary>
    public bool IsHandshaking { get; set; } = true;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_received.IsEmpty)
        {
            return IsHandshaking ? ReadOnThreadPoolAsync(buffer) : transport.ReceiveAsync(buffer);
        }

        var taken = Math.Min(buffer.Length, _received.Length);
        _received.Span[..taken].CopyTo(buffer.Span);
        _received = _received[taken..];
        return ValueTask.FromResult(taken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!await transport.SendAsync(buffer))
        {
            throw new IOException("the stream has failed");
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private async ValueTask<int> ReadOnThreadPoolAsync(Memory<byte> buffer)
    {
        var received = await transport.ReceiveAsync(buffer);
        await Task.Yield();
        return received;
    }
}
