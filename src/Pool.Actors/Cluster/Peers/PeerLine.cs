using System.Collections.Concurrent;
using Pool.Actors.Runtime;

namespace Pool.Actors.Cluster.Peers;

/// <summary>One node's way to ask another: so many questions at a time, each over a connection of its own, which is kept for the next. Thread-safe.</summary>
internal sealed class PeerLine(int atATime)
{
    private readonly SemaphoreSlim _turns = new(atATime);
    private readonly ConcurrentStack<PacketChannel> _idle = new();
    private volatile bool _closed;

    /// <summary>Waits for a turn, which ends when the answer is disposed.</summary>
    public async ValueTask<Turn> EnterAsync(CancellationToken cancel)
    {
        await _turns.WaitAsync(cancel);
        return new Turn(_turns);
    }

    /// <summary>A connection on which nothing has happened since it was kept, or null.</summary>
    public PacketChannel? TakeIdle()
    {
        while (_idle.TryPop(out var channel))
        {
            if (!channel.Transport.HasPendingInput())
            {
                return channel;
            }

            channel.Transport.Abort();
        }

        return null;
    }

    /// <summary>Keeps a connection, without its buffers.</summary>
    public void Keep(PacketChannel channel)
    {
        channel.Dispose();
        _idle.Push(channel);
        if (_closed)
        {
            CloseIdle();
        }
    }

    /// <summary>Closes what is kept, and what will be.</summary>
    public void Close()
    {
        _closed = true;
        CloseIdle();
    }

    private void CloseIdle()
    {
        while (_idle.TryPop(out var channel))
        {
            channel.Transport.Close();
        }
    }

    /// <summary>A turn, until it is disposed; once.</summary>
    public readonly struct Turn(SemaphoreSlim turns) : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose() => turns.Release();
    }
}
