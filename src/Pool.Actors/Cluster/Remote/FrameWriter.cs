using System.Buffers.Binary;
using System.Text;
using Pool.Actors.Runtime;

namespace Pool.Actors.Cluster.Remote;

/// <summary>
/// Puts frames one behind the other until they are sent in one write. Numbers are little endian, texts UTF-8 behind their length. One
/// flow at a time. Nothing is allocated in the steady state.
/// </summary>
internal sealed class FrameWriter
{
    private const int NormalBytes = 16 * 1024;
    private readonly byte[] _normal = GC.AllocateUninitializedArray<byte>(NormalBytes);
    private readonly Transport _pipe;
    private byte[] _buffer;
    private int _length;
    private int _head;

    public FrameWriter(Transport pipe) => (_pipe, _buffer) = (pipe, _normal);

    /// <summary>Begins a frame; its body follows.</summary>
    public void Begin(FrameKind kind)
    {
        _head = _length;
        new Frame(kind, 0).Write(Take(Frame.HeadBytes));
    }

    /// <summary>Ends the frame that was begun.</summary>
    public void End() => BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(_head + 1), _length - _head - Frame.HeadBytes);

    /// <summary>A frame without a body.</summary>
    public void Empty(FrameKind kind) => Begin(kind);

    /// <summary>Bytes for the server, if there are any and they find room without growing; false: send them by <see cref="SendDataAsync"/>.</summary>
    public bool TryQueueData(ReadOnlySpan<byte> bytes)
    {
        // The Want that will follow goes into the same write.
        if (_length + bytes.Length + (2 * Frame.HeadBytes) > NormalBytes)
        {
            return false;
        }

        new Frame(FrameKind.Data, bytes.Length).Write(Take(Frame.HeadBytes));
        bytes.CopyTo(Take(bytes.Length));
        return true;
    }

    /// <summary>Sends what is queued, and then bytes for the server as they are; false when the pipe has ended.</summary>
    public async ValueTask<bool> SendDataAsync(ReadOnlyMemory<byte> bytes)
    {
        new Frame(FrameKind.Data, bytes.Length).Write(Take(Frame.HeadBytes));
        return await FlushAsync() && await _pipe.SendAsync(bytes);
    }

    /// <summary>Sends what is queued; false when the pipe has ended. Nothing may be queued before it has completed.</summary>
    public ValueTask<bool> FlushAsync()
    {
        var bytes = _buffer.AsMemory(0, _length);
        (_buffer, _length) = (_normal, 0);
        return bytes.IsEmpty ? ValueTask.FromResult(true) : _pipe.SendAsync(bytes);
    }

    public void Byte(byte value) => Take(1)[0] = value;

    public void Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    public void UInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(2), value);

    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);

    public void Bytes(ReadOnlySpan<byte> value)
    {
        UInt32((uint)value.Length);
        value.CopyTo(Take(value.Length));
    }

    public void Text(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        UInt32((uint)length);
        Encoding.UTF8.GetBytes(value, Take(length));
    }

    private Span<byte> Take(int count)
    {
        if (_length + count > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + count));
        }

        _length += count;
        return _buffer.AsSpan(_length - count, count);
    }
}
