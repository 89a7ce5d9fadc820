using System.Net.Sockets;

namespace Pool.Host.Etcd;

/// <summary>
/// A socket's stream that continues on the thread pool what waited for it: TLS, HTTP and JSON do not belong on the I/O threads, which
/// continue what awaits a socket themselves.
/// </summary>
internal sealed class ThreadPoolStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = base.ReadAsync(buffer, cancellationToken);
        return read.IsCompleted ? await read : await read.AsTask().ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var write = base.WriteAsync(buffer, cancellationToken);
        if (write.IsCompleted)
        {
            await write;
        }
        else
        {
            await write.AsTask().ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }
    }
}
