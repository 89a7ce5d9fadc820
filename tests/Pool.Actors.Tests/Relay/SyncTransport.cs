using Pool.Actors.Runtime;
using Pool.Wire.Framing;

namespace Pool.Actors.Tests.Relay;

/// <summary>A peer that answers within the call and allocates nothing: a client that repeats its command, or a server.</summary>
internal sealed class SyncTransport : Transport
{
    private readonly byte[] _pending = new byte[64 * 1024];
    private int _count;

    /// <summary>For a client: what it says next; empty when it leaves. Asked when everything has been received.</summary>
    public Func<ReadOnlyMemory<byte>>? Next { get; init; }

    /// <summary>For a server: the answer to a command, from its header on.</summary>
    public Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>? Answer { get; init; }

    /// <summary>Bytes that it was sent.</summary>
    public long Sent { get; private set; }

    public override string Peer => "192.0.2.9:1";

    public override bool IsEncrypted => false;

    public override bool HasFailed => false;

    public override ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        if (_count == 0 && Next is not null)
        {
            Add(Next());
        }

        var count = Math.Min(_count, buffer.Length);
        _pending.AsSpan(0, count).CopyTo(buffer.Span);
        _pending.AsSpan(count, _count - count).CopyTo(_pending);
        _count -= count;
        return ValueTask.FromResult(count);
    }

    public override ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes)
    {
        Sent += bytes.Length;
        while (Answer is not null && bytes.Length > 0)
        {
            var length = PacketHeader.Read(bytes.Span).PacketLength;
            Add(Answer(bytes[..length]));
            bytes = bytes[length..];
        }

        return ValueTask.FromResult(true);
    }

    public override bool HasPendingInput() => _count > 0;

    public override void Abort()
    {
    }

    public override void Close()
    {
    }

    private void Add(ReadOnlyMemory<byte> bytes)
    {
        bytes.Span.CopyTo(_pending.AsSpan(_count));
        _count += bytes.Length;
    }
}
