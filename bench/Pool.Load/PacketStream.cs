using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Pool.Wire.Framing;

namespace Pool.Load;

/// <summary>Packets over one socket, with one growing buffer. A packet stays readable until the next is asked for.</summary>
internal sealed class PacketStream(Socket socket, int bufferSize) : IDisposable
{
    private byte[] _buffer = new byte[bufferSize];
    private int _start;
    private int _end;

    /// <summary>The sequence number that the next packet from the server must have.</summary>
    public byte NextSequence { get; set; }

    /// <summary>
    /// The next packet's payload, waiting for it if need be. Throws <see cref="ServerError"/> when the stream ends or the
    /// sequence is wrong.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync()
    {
        ReadOnlyMemory<byte> payload;
        while (!TryRead(out payload))
        {
            await ReceiveMoreAsync();
        }

        return payload;
    }

    /// <summary>The next packet's payload if all of it is here.</summary>
    public bool TryRead(out ReadOnlyMemory<byte> payload)
    {
        payload = default;
        if (_end - _start < PacketHeader.Size)
        {
            return false;
        }

        var header = PacketHeader.Read(_buffer.AsSpan(_start));
        if (_end - _start < header.PacketLength)
        {
            return false;
        }

        if (header.Sequence != NextSequence)
        {
            throw new ServerError(ServerError.WrongAnswer, $"packet {header.Sequence} came where {NextSequence} was due");
        }

        NextSequence++;
        payload = _buffer.AsMemory(_start + PacketHeader.Size, header.PayloadLength);
        _start += header.PacketLength;
        return true;
    }

    /// <summary>Receives at least one byte behind what is there. Throws <see cref="ServerError"/> when the stream ends.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReceiveMoreAsync()
    {
        MakeRoom();
        var received = await socket.ReceiveAsync(_buffer.AsMemory(_end));
        if (received == 0)
        {
            throw new ServerError(ServerError.ConnectionLost, "the server closed the connection");
        }

        _end += received;
    }

    /// <summary>Reads until the server has closed the connection.</summary>
    public async Task ReadEndAsync()
    {
        while (await socket.ReceiveAsync(_buffer) > 0)
        {
        }
    }

    /// <summary>Sends <paramref name="packet"/> (header included) as the next of the exchange.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> packet)
    {
        NextSequence = (byte)(packet.Span[PacketHeader.Size - 1] + 1);
        while (!packet.IsEmpty)
        {
            packet = packet[await socket.SendAsync(packet)..];
        }
    }

    public void Dispose() => socket.Dispose();

    private void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, 2 * _buffer.Length);
        }
    }
}
