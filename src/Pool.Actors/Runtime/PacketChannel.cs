using System.Buffers;
using Pool.Wire;
using Pool.Wire.Framing;

namespace Pool.Actors.Runtime;

/// <summary>
/// Whole packets over a <see cref="Transport"/>, one exchange after another: for the handshake and for the pool's own
/// statements, where a packet is small and simplicity counts. Never for payload that is relayed.
/// One read and one write at a time, by the flow that owns the transport. Buffers are rented when first needed and wiped when
/// given back by <see cref="Dispose"/>, since passwords pass through them; the transport stays open.
/// </summary>
public sealed class PacketChannel : IDisposable
{
    private const int FirstBufferBytes = 1024;

    private byte[] _input = [];
    private int _start;
    private int _end;
    private byte[] _output = [];
    private int _queued;

    /// <summary>Starts a channel.</summary>
    /// <param name="transport">The stream; stays the caller's to close.</param>
    /// <param name="received">What was received from it already and not yet understood; copied.</param>
    public PacketChannel(Transport transport, ReadOnlySpan<byte> received = default)
    {
        Transport = transport;
        Grow(ref _input, 0, received.Length);
        received.CopyTo(_input);
        _end = received.Length;
    }

    /// <summary>The stream; replaced by its TLS form when that is agreed on.</summary>
    public Transport Transport { get; set; }

    /// <summary>The sequence number of the next packet, in whichever direction it goes. Set it to 0 before a command.</summary>
    public byte Sequence { get; set; }

    /// <summary>True once a byte came in.</summary>
    public bool HasReceived { get; private set; }

    /// <summary>
    /// What was received beyond the last packet. After an SSL request it belongs to the TLS layer and must not be read as a
    /// packet: it came unencrypted, from whoever sits between. Valid until the next call.
    /// </summary>
    public ReadOnlyMemory<byte> Leftover => _input.AsMemory(_start, _end - _start);

    /// <summary>Answers a copy of <see cref="Leftover"/> and forgets it.</summary>
    public ReadOnlyMemory<byte> TakeLeftover()
    {
        var taken = Leftover.ToArray();
        _start = _end = 0;
        return taken;
    }

    /// <summary>
    /// Reads one logical packet, whose parts are put together if it is longer than 16 MiB.
    /// <see cref="WireFault.TooLarge"/> as soon as its parts announce more than <paramref name="maxPayloadBytes"/>.
    /// After a fault the stream cannot be understood any more.
    /// </summary>
    public async ValueTask<PacketRead> ReadAsync(int maxPayloadBytes)
    {
        var length = 0;
        while (true)
        {
            if (!await FillAsync(length + PacketHeader.Size))
            {
                var midPacket = length > 0 || _end > _start;
                return new PacketRead(midPacket ? WireFault.Truncated : WireFault.None, true, default);
            }

            var header = PacketHeader.Read(_input.AsSpan(_start + length));
            if (header.Sequence != Sequence)
            {
                return new PacketRead(WireFault.BadSequence, false, default);
            }

            if (header.PayloadLength > maxPayloadBytes - length)
            {
                return new PacketRead(WireFault.TooLarge, false, default);
            }

            Sequence++;
            DropHeader(length);
            length += header.PayloadLength;
            if (!await FillAsync(length))
            {
                return new PacketRead(WireFault.Truncated, true, default);
            }

            if (!header.Continues)
            {
                var payload = _input.AsMemory(_start, length);
                _start += length;
                return new PacketRead(WireFault.None, false, payload);
            }
        }
    }

    /// <summary>
    /// Frames a payload (in several packets from 16 MiB - 1 on) behind what is queued already. Nothing is sent before
    /// <see cref="FlushAsync"/>.
    /// </summary>
    public void Queue(ReadOnlySpan<byte> payload)
    {
        while (true)
        {
            var part = payload[..Math.Min(payload.Length, PacketHeader.MaxPayload)];
            Grow(ref _output, _queued, _queued + PacketHeader.Size + part.Length);
            new PacketHeader(part.Length, Sequence++).Write(_output.AsSpan(_queued));
            part.CopyTo(_output.AsSpan(_queued + PacketHeader.Size));
            _queued += PacketHeader.Size + part.Length;
            payload = payload[part.Length..];
            if (part.Length < PacketHeader.MaxPayload)
            {
                return;
            }
        }
    }

    /// <summary>Sends all that is queued at once; false when the stream has failed.</summary>
    public ValueTask<bool> FlushAsync()
    {
        var bytes = _output.AsMemory(0, _queued);
        _queued = 0;
        return Transport.SendAsync(bytes);
    }

    /// <summary>Queues one payload and sends it.</summary>
    public ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> payload)
    {
        Queue(payload.Span);
        return FlushAsync();
    }

    /// <summary>Gives the buffers back. The channel can be used again. Not while a read or a write is under way.</summary>
    public void Dispose()
    {
        Return(ref _input);
        Return(ref _output);
        _start = _end = _queued = 0;
    }

    /// <summary>Receives until <paramref name="count"/> bytes are there; the buffer grows with what came, not with what was announced.</summary>
    private async ValueTask<bool> FillAsync(int count)
    {
        while (_end - _start < count)
        {
            if (_start == _end)
            {
                _start = _end = 0;
            }

            if (_end == _input.Length)
            {
                Compact();
                Grow(ref _input, _end, _end + 1);
            }

            var received = await Transport.ReceiveAsync(_input.AsMemory(_end));
            if (received == 0)
            {
                return false;
            }

            HasReceived = true;
            _end += received;
        }

        return true;
    }

    // The parts of a long payload come to lie side by side.
    private void DropHeader(int at)
    {
        _input.AsSpan(_start, at).CopyTo(_input.AsSpan(_start + PacketHeader.Size));
        _start += PacketHeader.Size;
    }

    private void Compact()
    {
        _input.AsSpan(_start, _end - _start).CopyTo(_input);
        _end -= _start;
        _start = 0;
    }

    private static void Grow(ref byte[] buffer, int used, int needed)
    {
        if (needed <= buffer.Length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(needed, FirstBufferBytes), 2 * buffer.Length));
        buffer.AsSpan(0, used).CopyTo(larger);
        Return(ref buffer);
        buffer = larger;
    }

    private static void Return(ref byte[] buffer)
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
            buffer = [];
        }
    }
}
