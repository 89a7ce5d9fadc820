using System.Runtime.CompilerServices;
using Pool.Actors.Runtime;

namespace Pool.Actors.Cluster.Remote;

/// <summary>Reads frames from one end of a pipe through one buffer. One read at a time. Nothing is allocated in the steady state.</summary>
internal sealed class FrameReader(Transport pipe)
{
    private const int NormalBytes = 16 * 1024;
    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(NormalBytes);
    private int _start;
    private int _end;

    /// <summary>Looks, without waiting, whether something has come, or the pipe has ended.</summary>
    public bool HasInput => _end > _start || pipe.HasPendingInput();

    /// <summary>The next head; <see cref="FrameKind.None"/> when the pipe has ended or makes no sense.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Frame> ReadHeadAsync()
    {
        while (_end - _start < Frame.HeadBytes)
        {
            if (!await FillAsync(Frame.HeadBytes))
            {
                return default;
            }
        }

        var frame = Frame.Read(_buffer.AsSpan(_start));
        _start += Frame.HeadBytes;
        return frame.Length < 0 || !Enum.IsDefined(frame.Kind) ? default : frame;
    }

    /// <summary>Some of the bytes behind a head, at least one and at most this many; empty when the pipe has ended. Valid until the next read.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadOnlyMemory<byte>> ReadSomeAsync(int atMost)
    {
        if (_start == _end && !await FillAsync(1))
        {
            return default;
        }

        var count = Math.Min(atMost, _end - _start);
        _start += count;
        return _buffer.AsMemory(_start - count, count);
    }

    /// <summary>A whole message; empty when the pipe has ended, or it is too long. Valid until the next read.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadWholeAsync(int length)
    {
        if (length > Frame.MaxMessageBytes)
        {
            return default;
        }

        while (_end - _start < length)
        {
            if (!await FillAsync(length))
            {
                return default;
            }
        }

        _start += length;
        return _buffer.AsMemory(_start - length, length);
    }

    // Makes room for this many bytes from the start of what is there, and receives.
    private ValueTask<bool> FillAsync(int needed)
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }

        if (_start + needed > _buffer.Length)
        {
            var target = needed > _buffer.Length ? new byte[needed] : _buffer;
            _buffer.AsSpan(_start, _end - _start).CopyTo(target);
            (_buffer, _end, _start) = (target, _end - _start, 0);
        }

        return ReceiveAsync();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> ReceiveAsync()
    {
        var received = await pipe.ReceiveAsync(_buffer.AsMemory(_end));
        _end += received;
        return received > 0;
    }
}
