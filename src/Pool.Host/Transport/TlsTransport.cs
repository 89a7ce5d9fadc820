using System.Net.Security;
using System.Runtime.CompilerServices;

namespace Pool.Host.Transport;

/// <summary>An encrypted connection: TLS over another transport.</summary>
/// <param name="stream">The stream, its handshake done.</param>
/// <param name="inner">What is under it.</param>
/// <param name="rests">It can wait for hours, as a client does: it holds no buffer meanwhile, for one look more at each receive.</param>
internal sealed class TlsTransport(SslStream stream, Actors.Runtime.Transport inner, bool rests) : Actors.Runtime.Transport
{
    private static readonly TimeSpan s_linger = TimeSpan.FromSeconds(1);

    private volatile bool _failed;

    /// <inheritdoc/>
    public override string Peer => inner.Peer;

    /// <inheritdoc/>
    public override bool IsEncrypted => true;

    /// <inheritdoc/>
    public override bool HasFailed => _failed || inner.HasFailed;

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        try
        {
            if (rests)
            {
                // While an empty read waits, TLS holds no buffer.
                _ = await stream.ReadAsync(Memory<byte>.Empty);
            }

            return await stream.ReadAsync(buffer);
        }
        catch (Exception e) when (IsPeerFault(e))
        {
            NoteFault(e);
            return 0;
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await stream.WriteAsync(bytes);
            return true;
        }
        catch (Exception e) when (IsPeerFault(e))
        {
            NoteFault(e);
            return false;
        }
    }

    /// <inheritdoc/>
    public override bool HasPendingInput() => inner.HasPendingInput();

    /// <inheritdoc/>
    public override void Abort()
    {
        inner.Abort();
        stream.Dispose();
    }

    /// <inheritdoc/>
    public override void Close() => _ = CloseAsync();

    private async Task CloseAsync()
    {
        try
        {
            // A client that does not read must not keep the socket.
            await stream.ShutdownAsync().WaitAsync(s_linger);
        }
        catch (Exception e) when (IsPeerFault(e) || e is TimeoutException)
        {
        }
        finally
        {
            inner.Close();

            // Most of what it has is no memory of the collector's, which would not hurry to free it.
            await stream.DisposeAsync();
        }
    }

    // The stream under it knows how it ended itself; what TLS objects to is not the peer's end.
    private void NoteFault(Exception fault) => _failed |= fault is not IOException || fault.InnerException is not null;

    private static bool IsPeerFault(Exception e) =>
        e is IOException or ObjectDisposedException or InvalidOperationException or NotSupportedException
            or System.Security.Authentication.AuthenticationException;
}
