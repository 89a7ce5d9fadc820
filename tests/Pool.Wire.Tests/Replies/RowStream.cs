using System.Buffers.Binary;
using Pool.Wire.Framing;
using Pool.Wire.Handshake;
using Pool.Wire.Replies;

namespace Pool.Wire.Tests.Replies;

/// <summary>Packets whose bodies are never in memory as a whole.</summary>
internal sealed class RowStream
{
    private readonly byte[] _filler = new byte[32 * 1024];
    private readonly byte[] _head = new byte[PacketHeader.Size];
    private PacketWalker _walker;

    public RowStream(Capabilities client, ReplyShape shape = ReplyShape.Results) =>
        Reader.Begin(shape, ReplyRun.Modern, client, ServerStatus.Autocommit);

    public ReplyReader Reader { get; } = new();

    public ReplyProgress Progress { get; private set; }

    public long Received { get; private set; }

    public long Sent { get; private set; }

    public int MostRoom { get; private set; }

    public List<PacketHeader> SentHeaders { get; } = [];

    public void SendPacket(int length, byte sequence)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_head, (uint)length | ((uint)sequence << 24));
        Send(_head);
        for (var left = length; left > 0; left -= Math.Min(left, _filler.Length))
        {
            Send(_filler.AsSpan(0, Math.Min(left, _filler.Length)));
        }
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var free = Reader.Window.Free.Span;
            MostRoom = Math.Max(MostRoom, free.Length);
            var chunk = bytes[..Math.Min(free.Length, bytes.Length)];
            chunk.CopyTo(free);
            Reader.Window.Received(chunk.Length);
            Received += chunk.Length;
            bytes = bytes[chunk.Length..];
            Progress = Reader.Scan();
            Note(Reader.Window.Ready.Span);
            Reader.Window.Sent();
        }
    }

    private void Note(ReadOnlySpan<byte> sent)
    {
        Sent += sent.Length;
        while (!sent.IsEmpty)
        {
            var run = _walker.Next(sent, out var isBody);
            Assert.True(run > 0, "the reader passed a part of a packet's head");
            sent = sent[run..];
            SentHeaders.AddRange(isBody ? [] : [_walker.Header]);
        }
    }
}
